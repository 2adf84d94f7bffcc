package updraft.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.text.jinja.Expr.ArgumentList;
import updraft.text.jinja.Expr.FilterCall;
import updraft.text.jinja.Token.Kind;

/**
 * Parses what operators join: literals, names, lists and the like, and what may follow them, that
 * is attributes, items, slices and calls; and then filters and tests.
 */
final class OperandParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  OperandParser(TokenStream tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  Expr primary() {
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
    Expr inner = expressions.expressionOrTuple();
    tokens.expectOperator(")");
    return inner;
  }

  private Expr list() {
    int at = tokens.take().at();
    List<Expr> items = new ArrayList<>();
    while (!tokens.takeOperator("]")) {
      items.add(expressions.expression());
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
      keys.add(expressions.expression());
      tokens.expectOperator(":");
      values.add(expressions.expression());
      if (!tokens.peek().isOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    return new Expr.Mapping(at, List.copyOf(keys), List.copyOf(values));
  }

  Expr postfix(Expr value) {
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
    Expr from = tokens.peek().isOperator(":") ? null : expressions.expression();
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
    return absent ? null : expressions.expression();
  }

  Expr filtersAndTests(Expr value) {
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
        spread = expressions.expression();
      } else if (tokens.takeOperator("**")) {
        spreadNamed = expressions.expression();
      } else if (next.kind() == Kind.NAME && tokens.peekSecond().isOperator("=")) {
        tokens.take();
        tokens.take();
        named.put(next.text(), expressions.expression());
      } else if (named.isEmpty() && spread == null && spreadNamed == null) {
        positional.add(expressions.expression());
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
