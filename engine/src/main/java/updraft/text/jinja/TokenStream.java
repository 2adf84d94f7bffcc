package updraft.text.jinja;

import java.util.List;
import updraft.text.jinja.Token.Kind;

/** The tokens of a template, read from front to back, and how deeply the reader is nested. */
final class TokenStream {
  /** Keeps a hostile template from overflowing the stack of the parser. */
  private static final int MAX_NESTING = 100;

  private final List<Token> tokens;
  private int next;
  private int nesting;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(next);
  }

  /** The token after the next one. */
  Token peekSecond() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  Token take() {
    Token token = tokens.get(next);
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  boolean takeName(String name) {
    boolean taken = peek().isName(name);
    if (taken) {
      take();
    }
    return taken;
  }

  boolean takeOperator(String operator) {
    boolean taken = peek().isOperator(operator);
    if (taken) {
      take();
    }
    return taken;
  }

  Token expect(Kind kind, String expected) {
    if (peek().kind() != kind) {
      throw unexpected(expected);
    }
    return take();
  }

  void expectOperator(String operator) {
    if (!takeOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!takeName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  Fault unexpected(String expected) {
    return new Fault("expected " + expected + " but found " + peek().described(), peek().at());
  }

  void enter() {
    if (++nesting > MAX_NESTING) {
      throw new Fault("nesting must be at most " + MAX_NESTING + " deep", peek().at());
    }
  }

  void leave() {
    nesting--;
  }
}
