package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import updraft.text.jinja.Expr.FilterCall;
import updraft.text.jinja.Stmt.Target;
import updraft.text.jinja.Token.Kind;

/** Parses the statements of a template. */
final class Parser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  /** How many loops of the present template or macro body surround the reader. */
  private int loops;

  private Parser(TokenStream tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Stmt> parse(String source) {
    Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
    return parser.body();
  }

  /** Statements up to a tag that starts with one of {@code ends}, which is left to be taken. */
  private List<Stmt> body(String... ends) {
    tokens.enter();
    int start = tokens.peek().at();
    List<Stmt> body = new ArrayList<>();
    while (!atEnd(start, ends)) {
      Token token = tokens.take();
      switch (token.kind()) {
        case TEXT -> body.add(new Stmt.Text(token.text()));
        case OUTPUT_START -> {
          body.add(new Stmt.Output(expressions.expressionOrTuple()));
          tokens.expect(Kind.OUTPUT_END, "'}}'");
        }
        default -> {
          body.add(statement());
          endTag();
        }
      }
    }
    tokens.leave();
    return List.copyOf(body);
  }

  private boolean atEnd(int start, String... ends) {
    Token next = tokens.peek();
    if (next.kind() == Kind.END) {
      if (ends.length > 0) {
        throw new Fault("a block must end with '" + ends[ends.length - 1] + "'", start);
      }
      return true;
    }
    if (next.kind() == Kind.TAG_START) {
      for (String end : ends) {
        if (tokens.peekSecond().isName(end)) {
          tokens.take();
          return true;
        }
      }
    }
    return false;
  }

  /** A body and the tag that ends it, up to that tag's end. */
  private List<Stmt> bodyThrough(String end) {
    endTag();
    List<Stmt> body = body(end);
    tokens.expectName(end);
    return body;
  }

  private void endTag() {
    tokens.expect(Kind.TAG_END, "'%}'");
  }

  private Stmt statement() {
    Token tag = tokens.expect(Kind.NAME, "the name of a statement");
    return switch (tag.text()) {
      case "if" -> conditional();
      case "for" -> loop(tag.at());
      case "set" -> assignment(tag.at());
      case "macro" -> macro();
      case "call" -> call(tag.at());
      case "filter" -> {
        List<FilterCall> filters = expressions.filterChain();
        yield new Stmt.FilterBlock(filters, bodyThrough("endfilter"));
      }
      case "with" -> with(tag.at());
      case "generation" ->
          new Stmt.With(tag.at(), List.of(), List.of(), bodyThrough("endgeneration"));
      case "break", "continue" -> jump(tag);
      default -> throw new Fault("unknown statement '" + tag.text() + "'", tag.at());
    };
  }

  private Stmt conditional() {
    List<Stmt.Branch> branches = new ArrayList<>();
    List<Stmt> otherwise = List.of();
    do {
      Expr condition = expressions.unconditionalOrTuple();
      endTag();
      branches.add(new Stmt.Branch(condition, body("elif", "else", "endif")));
    } while (tokens.takeName("elif"));
    if (tokens.takeName("else")) {
      endTag();
      otherwise = body("endif");
    }
    tokens.expectName("endif");
    return new Stmt.If(List.copyOf(branches), otherwise);
  }

  private Stmt loop(int at) {
    Target target = target();
    tokens.expectName("in");
    Expr source = expressions.unconditionalOrTuple();
    Expr condition = tokens.takeName("if") ? expressions.expression() : null;
    if (tokens.peek().isName("recursive")) {
      throw new Fault("recursive loops are not supported", tokens.peek().at());
    }
    endTag();
    loops++;
    List<Stmt> body = body("else", "endfor");
    loops--;
    List<Stmt> otherwise = List.of();
    if (tokens.takeName("else")) {
      endTag();
      otherwise = body("endfor");
    }
    tokens.expectName("endfor");
    return new Stmt.For(at, target, source, condition, body, otherwise);
  }

  private Stmt assignment(int at) {
    Target target = target();
    if (tokens.takeOperator("=")) {
      return new Stmt.Assign(at, target, expressions.expressionOrTuple());
    }
    List<FilterCall> filters = tokens.takeOperator("|") ? expressions.filterChain() : List.of();
    return new Stmt.AssignBlock(at, target, filters, bodyThrough("endset"));
  }

  private Stmt macro() {
    String name = tokens.expect(Kind.NAME, "the name of a macro").text();
    return new Stmt.DefineMacro(macroBody(name, "endmacro"));
  }

  private Stmt call(int at) {
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    if (tokens.peek().isOperator("(")) {
      signature(parameters, defaults);
    }
    Expr callee = expressions.expression();
    if (!(callee instanceof Expr.Call call)) {
      throw new Fault("a call block must call a macro", at);
    }
    List<Stmt> body = macroStatements("endcall");
    return new Stmt.CallBlock(at, call, new Stmt.Macro("caller", parameters, defaults, body));
  }

  private Stmt.Macro macroBody(String name, String end) {
    List<String> parameters = new ArrayList<>();
    List<Expr> defaults = new ArrayList<>();
    signature(parameters, defaults);
    return new Stmt.Macro(name, parameters, defaults, macroStatements(end));
  }

  private List<Stmt> macroStatements(String end) {
    int outside = loops;
    loops = 0;
    List<Stmt> body = bodyThrough(end);
    loops = outside;
    return body;
  }

  private void signature(List<String> parameters, List<Expr> defaults) {
    tokens.expectOperator("(");
    while (!tokens.takeOperator(")")) {
      Token parameter = tokens.expect(Kind.NAME, "the name of a parameter");
      parameters.add(parameter.text());
      if (tokens.takeOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw new Fault("parameters without a default must come first", parameter.at());
      }
      if (!tokens.peek().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
  }

  private Stmt with(int at) {
    List<Target> targets = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (tokens.peek().kind() != Kind.TAG_END) {
      targets.add(target());
      tokens.expectOperator("=");
      values.add(expressions.expression());
      if (tokens.peek().kind() != Kind.TAG_END) {
        tokens.expectOperator(",");
      }
    }
    return new Stmt.With(at, List.copyOf(targets), List.copyOf(values), bodyThrough("endwith"));
  }

  private Stmt jump(Token tag) {
    if (loops == 0) {
      throw new Fault("'" + tag.text() + "' must stand in a loop", tag.at());
    }
    return tag.isName("break") ? new Stmt.Break() : new Stmt.Continue();
  }

  private Target target() {
    Target first = singleTarget();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Target> targets = new ArrayList<>(List.of(first));
    while (tokens.takeOperator(",")) {
      if (tokens.peek().isName("in") || tokens.peek().isOperator("=")) {
        break;
      }
      targets.add(singleTarget());
    }
    return new Target.Unpacked(List.copyOf(targets));
  }

  private Target singleTarget() {
    if (tokens.takeOperator("(")) {
      tokens.enter();
      Target inner = target();
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expect(Kind.NAME, "a name to assign to").text();
    if (tokens.takeOperator(".")) {
      String field = tokens.expect(Kind.NAME, "the name of a namespace's field").text();
      return new Target.NamespaceField(name, field);
    }
    return new Target.Variable(name);
  }
}
