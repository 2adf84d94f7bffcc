package updraft.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.text.jinja.Expr.ArgumentList;
import updraft.text.jinja.Expr.FilterCall;
import updraft.text.jinja.Expr.Operator;
import updraft.text.jinja.Expr.Relation;
import updraft.text.jinja.Token.Kind;

/**
 * Parses expressions by recursive descent, loosest binding first: conditional, or, and, not,
 * comparison, sum, concatenation, product, power, sign, postfix, filters and tests.
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

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
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
      value = primary();
    }
    value = postfix(value);
    return filters ? filtersAndTests(value) : value;
  }

  private Expr primary() {
    Token token = tokens.peek();
    return switch (token.kind()) {
      case NAME -> constantOrName(tokens.take());
      case NUMBER -> new Expr.Literal(tokens.take().at(), token.value());
      case STRING -> string();
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> parenthesised();
            case "[" -> list();
            case "{" -> mapping();
            default -> throw tokens.unexpected("an expression");
          };
      default -> throw tokens.unexpected("an expression");
    };
  }

  private static Expr constantOrName(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expr.Literal(token.at(), true);
      case "false", "False" -> new Expr.Literal(token.at(), false);
      case "none", "None" -> new Expr.Literal(token.at(), None.NONE);
      default -> new Expr.Name(token.at(), token.text());
    };
  }

  private Expr string() {
    int at = tokens.peek().at();
    StringBuilder text = new StringBuilder();
    while (tokens.peek().kind() == Kind.STRING) {
      text.append(tokens.take().text());
    }
    return new Expr.Literal(at, text.toString());
  }

  private Expr parenthesised() {
    int at = tokens.take().at();
    if (tokens.takeOperator(")")) {
      return new Expr.Sequence(at, true, List.of());
    }
    Expr inner = expressionOrTuple();
    tokens.expectOperator(")");
    return inner;
  }

  private Expr list() {
    int at = tokens.take().at();
    List<Expr> items = new ArrayList<>();
    while (!tokens.takeOperator("]")) {
      items.add(expression());
      if (!tokens.peek().isOperator("]")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.Sequence(at, false, List.copyOf(items));
  }

  private Expr mapping() {
    int at = tokens.take().at();
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!tokens.takeOperator("}")) {
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
      if (!tokens.peek().isOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.Mapping(at, List.copyOf(keys), List.copyOf(values));
  }

  private Expr postfix(Expr value) {
    while (true) {
      Token next = tokens.peek();
      if (next.isOperator(".")) {
        tokens.take();
        value = attribute(value);
      } else if (next.isOperator("[")) {
        tokens.take();
        value = itemOrSlice(next.at(), value);
      } else if (next.isOperator("(")) {
        value = new Expr.Call(next.at(), value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expr attribute(Expr target) {
    Token name = tokens.peek();
    if (name.kind() == Kind.NUMBER && name.value() instanceof Long) {
      tokens.take();
      return new Expr.Item(name.at(), target, new Expr.Literal(name.at(), name.value()));
    }
    tokens.expect(Kind.NAME, "a name or a number after '.'");
    return new Expr.Attribute(name.at(), target, name.text());
  }

  private Expr itemOrSlice(int at, Expr target) {
    Expr from = tokens.peek().isOperator(":") ? null : expression();
    if (from != null && tokens.takeOperator("]")) {
      return new Expr.Item(at, target, from);
    }
    tokens.expectOperator(":");
    Expr to = sliceBound();
    Expr step = tokens.takeOperator(":") ? sliceBound() : null;
    tokens.expectOperator("]");
    return new Expr.Slice(at, target, from, to, step);
  }

  private @Nullable Expr sliceBound() {
    boolean absent = tokens.peek().isOperator(":") || tokens.peek().isOperator("]");
    return absent ? null : expression();
  }

  private Expr filtersAndTests(Expr value) {
    while (true) {
      Token next = tokens.peek();
      if (next.isOperator("|")) {
        tokens.take();
        value = new Expr.Filtered(value, filterCall());
      } else if (next.isName("is")) {
        value = test(value);
      } else if (next.isOperator("(")) {
        value = new Expr.Call(next.at(), value, arguments());
      } else {
        return value;
      }
    }
  }

  /** Filters as a block has them: without an input. */
  List<FilterCall> filterChain() {
    List<FilterCall> filters = new ArrayList<>(List.of(filterCall()));
    while (tokens.takeOperator("|")) {
      filters.add(filterCall());
    }
    return List.copyOf(filters);
  }

  private FilterCall filterCall() {
    Token name = tokens.expect(Kind.NAME, "the name of a filter");
    boolean hasArguments = tokens.peek().isOperator("(");
    return new FilterCall(name.at(), name.text(), hasArguments ? arguments() : ArgumentList.NONE);
  }

  private Expr test(Expr input) {
    int at = tokens.take().at();
    boolean negated = tokens.takeName("not");
    String name = tokens.expect(Kind.NAME, "the name of a test").text();
    ArgumentList arguments = ArgumentList.NONE;
    if (tokens.peek().isOperator("(")) {
      arguments = arguments();
    } else if (startsTestArgument(tokens.peek())) {
      List<Expr> argument = List.of(postfix(primary()));
      arguments = new ArgumentList(argument, Map.of(), null, null);
    }
    Expr test = new Expr.Tested(at, input, name, arguments);
    return negated ? new Expr.Not(at, test) : test;
  }

  private static boolean startsTestArgument(Token next) {
    return switch (next.kind()) {
      case STRING, NUMBER -> true;
      case OPERATOR -> next.isOperator("[") || next.isOperator("{");
      case NAME ->
          switch (next.text()) {
            case "else", "or", "and", "if", "in", "not", "is" -> false;
            default -> true;
          };
      default -> false;
    };
  }

  private ArgumentList arguments() {
    tokens.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    Expr spread = null;
    Expr spreadNamed = null;
    while (!tokens.takeOperator(")")) {
      Token next = tokens.peek();
      if (tokens.takeOperator("*")) {
        spread = expression();
      } else if (tokens.takeOperator("**")) {
        spreadNamed = expression();
      } else if (next.kind() == Kind.NAME && tokens.peekSecond().isOperator("=")) {
        tokens.take();
        tokens.take();
        named.put(next.text(), expression());
      } else if (named.isEmpty() && spread == null && spreadNamed == null) {
        positional.add(expression());
      } else {
        throw new Fault("positional arguments must come before the others", next.at());
      }
      if (!tokens.peek().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new ArgumentList(List.copyOf(positional), named, spread, spreadNamed);
  }
}
