package updraft.text.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of a template; {@code at} is its offset there. */
sealed interface Expr {
  int at();

  record Literal(int at, Object value) implements Expr {}

  record Name(int at, String name) implements Expr {}

  record Sequence(int at, boolean tuple, List<Expr> items) implements Expr {}

  record Mapping(int at, List<Expr> keys, List<Expr> values) implements Expr {}

  record Attribute(int at, Expr target, String name) implements Expr {}

  record Item(int at, Expr target, Expr key) implements Expr {}

  record Slice(int at, Expr target, @Nullable Expr from, @Nullable Expr to, @Nullable Expr step)
      implements Expr {}

  record Call(int at, Expr callee, ArgumentList arguments) implements Expr {}

  record Filtered(Expr input, FilterCall filter) implements Expr {
    @Override
    public int at() {
      return filter.at();
    }
  }

  record Tested(int at, Expr input, String test, ArgumentList arguments) implements Expr {}

  record Not(int at, Expr operand) implements Expr {}

  record Negative(int at, Expr operand) implements Expr {}

  record Positive(int at, Expr operand) implements Expr {}

  record Arithmetic(int at, Operator operator, Expr left, Expr right) implements Expr {}

  record And(int at, Expr left, Expr right) implements Expr {}

  record Or(int at, Expr left, Expr right) implements Expr {}

  record Concat(int at, List<Expr> parts) implements Expr {}

  /** {@code first relations[0] operands[0] relations[1] operands[1] ...}. */
  record Comparison(int at, Expr first, List<Relation> relations, List<Expr> operands)
      implements Expr {}

  record Conditional(int at, Expr condition, Expr then, @Nullable Expr otherwise) implements Expr {}

  /** A filter with its arguments, without its input. */
  record FilterCall(int at, String name, ArgumentList arguments) {}

  /** Arguments as written; {@code spread} and {@code spreadNamed} stand after one and two stars. */
  record ArgumentList(
      List<Expr> positional,
      Map<String, Expr> named,
      @Nullable Expr spread,
      @Nullable Expr spreadNamed) {
    static final ArgumentList NONE = new ArgumentList(List.of(), Map.of(), null, null);
  }

  /** Arithmetic operators, by Python's symbols. */
  enum Operator {
    ADD("+"),
    SUBTRACT("-"),
    MULTIPLY("*"),
    DIVIDE("/"),
    FLOOR_DIVIDE("//"),
    MODULO("%"),
    POWER("**");

    final String symbol;

    Operator(String symbol) {
      this.symbol = symbol;
    }
  }

  /** Comparison operators, by Python's symbols. */
  enum Relation {
    EQUAL("=="),
    NOT_EQUAL("!="),
    LESS("<"),
    LESS_OR_EQUAL("<="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    IN("in"),
    NOT_IN("not in");

    final String symbol;

    Relation(String symbol) {
      this.symbol = symbol;
    }
  }
}
