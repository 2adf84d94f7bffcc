package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.text.jinja.Expr.FilterCall;
import updraft.text.jinja.Expr.Operator;
import updraft.text.jinja.Expr.Relation;
import updraft.text.jinja.Token.Kind;

/**
 * Parses expressions by recursive descent, loosest binding first: conditional, or, and, not,
 * comparison, sum, concatenation, product, power, sign. What they join is {@link OperandParser}'s.
 */
final class ExpressionParser {
  private static final Map<String, Operator> SUMS =
      Map.of("+", Operator.ADD, "-", Operator.SUBTRACT);
  private static final Map<String, Operator> PRODUCTS =
      Map.of(
          "*", Operator.MULTIPLY,
          "/", Operator.DIVIDE,
          "//", Operator.FLOOR_DIVIDE,
          "%", Operator.MODULO);
  private static final Map<String, Operator> POWERS = Map.of("**", Operator.POWER);
  private static final Map<String, Relation> RELATIONS =
      Map.of(
          "==", Relation.EQUAL,
          "!=", Relation.NOT_EQUAL,
          "<", Relation.LESS,
          "<=", Relation.LESS_OR_EQUAL,
          ">", Relation.GREATER,
          ">=", Relation.GREATER_OR_EQUAL);

  private final TokenStream tokens;
  private final OperandParser operands;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
    this.operands = new OperandParser(tokens, this);
  }

  Expr expression() {
    tokens.enter();
    int at = tokens.peek().at();
    Expr value = or();
    while (tokens.takeName("if")) {
      Expr condition = or();
      Expr otherwise = tokens.takeName("else") ? expression() : null;
      value = new Expr.Conditional(at, condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  /** An expression, or a tuple without parentheses. */
  Expr expressionOrTuple() {
    return tupleOf(this::expression);
  }

  /** The same without {@code ... if ...}, for where an {@code if} means something else. */
  Expr unconditionalOrTuple() {
    return tupleOf(this::or);
  }

  /** Filters as a block has them: without an input. */
  List<FilterCall> filterChain() {
    return operands.filterChain();
  }

  private interface Rule {
    Expr parse();
  }

  private Expr tupleOf(Rule rule) {
    int at = tokens.peek().at();
    Expr first = rule.parse();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Expr> items = new ArrayList<>(List.of(first));
    while (tokens.takeOperator(",") && !endsTuple()) {
      items.add(rule.parse());
    }
    return new Expr.Sequence(at, true, List.copyOf(items));
  }

  private boolean endsTuple() {
    Token next = tokens.peek();
    return next.kind() == Kind.OUTPUT_END || next.kind() == Kind.TAG_END || next.isOperator(")");
  }

  private Expr or() {
    Expr left = and();
    while (tokens.peek().isName("or")) {
      int at = tokens.take().at();
      left = new Expr.Or(at, left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (tokens.peek().isName("and")) {
      int at = tokens.take().at();
      left = new Expr.And(at, left, not());
    }
    return left;
  }

  private Expr not() {
    if (!tokens.peek().isName("not")) {
      return comparison();
    }
    tokens.enter();
    int at = tokens.take().at();
    Expr operand = not();
    tokens.leave();
    return new Expr.Not(at, operand);
  }

  private Expr comparison() {
    Expr first = sum();
    int at = tokens.peek().at();
    List<Relation> relations = new ArrayList<>();
    List<Expr> operands = new ArrayList<>();
    for (Relation relation = relation(); relation != null; relation = relation()) {
      relations.add(relation);
      operands.add(sum());
    }
    return relations.isEmpty()
        ? first
        : new Expr.Comparison(at, first, List.copyOf(relations), List.copyOf(operands));
  }

  private @Nullable Relation relation() {
    Token next = tokens.peek();
    if (next.kind() == Kind.OPERATOR && RELATIONS.containsKey(next.text())) {
      return RELATIONS.get(tokens.take().text());
    }
    if (tokens.takeName("in")) {
      return Relation.IN;
    }
    if (next.isName("not") && tokens.peekSecond().isName("in")) {
      tokens.take();
      tokens.take();
      return Relation.NOT_IN;
    }
    return null;
  }

  private Expr sum() {
    return leftToRight(SUMS, this::concat);
  }

  private Expr concat() {
    int at = tokens.peek().at();
    Expr first = leftToRight(PRODUCTS, this::power);
    if (!tokens.peek().isOperator("~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (tokens.takeOperator("~")) {
      parts.add(leftToRight(PRODUCTS, this::power));
    }
    return new Expr.Concat(at, List.copyOf(parts));
  }

  private Expr power() {
    return leftToRight(POWERS, () -> signed(true));
  }

  private Expr leftToRight(Map<String, Operator> operators, Rule operand) {
    Expr left = operand.parse();
    while (tokens.peek().kind() == Kind.OPERATOR) {
      Operator operator = operators.get(tokens.peek().text());
      if (operator == null) {
        break;
      }
      int at = tokens.take().at();
      left = new Expr.Arithmetic(at, operator, left, operand.parse());
    }
    return left;
  }

  /** A sign binds tighter than a filter but looser than an attribute. */
  private Expr signed(boolean filters) {
    Token next = tokens.peek();
    Expr value;
    if (next.isOperator("-") || next.isOperator("+")) {
      tokens.enter();
      tokens.take();
      Expr operand = signed(false);
      tokens.leave();
      value =
          next.isOperator("-")
              ? new Expr.Negative(next.at(), operand)
              : new Expr.Positive(next.at(), operand);
    } else {
      value = operands.primary();
    }
    value = operands.postfix(value);
    return filters ? operands.filtersAndTests(value) : value;
  }
}
