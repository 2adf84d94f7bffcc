package updraft.sample.grammar;

import updraft.request.InvalidRequestException;

/** A place in a grammar's text. */
final class GbnfScanner {
  private static final int MAX_NUMBER = 1 << 20;

  private final String text;
  private int at;

  GbnfScanner(String text) {
    this.text = text;
  }

  boolean atEnd() {
    return at >= text.length();
  }

  /** The next char, or NUL at the end. */
  char peek() {
    return peek(0);
  }

  char peek(int ahead) {
    return at + ahead < text.length() ? text.charAt(at + ahead) : 0;
  }

  /** Passes this char if it is the next. */
  boolean take(char c) {
    if (atEnd() || peek() != c) {
      return false;
    }
    at++;
    return true;
  }

  void expect(String wanted) {
    if (!text.startsWith(wanted, at)) {
      throw refused(atEnd() ? wanted + " is missing" : wanted + " must come before " + shown());
    }
    at += wanted.length();
  }

  /** Passes blanks, line ends and comments. */
  void skipSpace() {
    while (!atEnd()) {
      if (peek() == '#') {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (peek() <= ' ') {
        at++;
      } else {
        return;
      }
    }
  }

  /** Whether a rule's name and its {@code ::=} come next. */
  boolean atRule() {
    int start = at;
    while (isNameChar(peek())) {
      at++;
    }
    boolean named = at > start;
    skipSpace();
    boolean rule = named && text.startsWith("::=", at);
    at = start;
    return rule;
  }

  String name() {
    int start = at;
    while (isNameChar(peek())) {
      at++;
    }
    if (at == start) {
      throw refused(atEnd() ? "the grammar ends too soon" : "a rule's name cannot be " + shown());
    }
    return text.substring(start, at);
  }

  private static boolean isNameChar(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  int number() {
    int start = at;
    int value = 0;
    while (peek() >= '0' && peek() <= '9' && value <= MAX_NUMBER) {
      value = 10 * value + peek() - '0';
      at++;
    }
    if (at == start || value > MAX_NUMBER) {
      throw refused("a count must be a number of at most " + MAX_NUMBER);
    }
    return value;
  }

  /** Whether a {@code \xHH} comes next, which stands for a byte. */
  boolean atByteEscape() {
    return peek() == '\\' && peek(1) == 'x';
  }

  /** The next character of a string or a class, escapes resolved. */
  int character() {
    if (atEnd()) {
      throw refused("a string or a class must be closed");
    }
    if (!take('\\')) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      return c;
    }
    char escape = peek();
    at++;
    return switch (escape) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case '\\', '"', '[', ']', '-', '^' -> escape;
      default -> throw refused("an escape must be one of n r t x u U \\ \" [ ] - ^");
    };
  }

  private int hex(int digits) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
      int digit = peek() < 0x80 ? Character.digit(peek(), 16) : -1;
      if (digit < 0 || value > CodePoints.LAST >> 4) {
        throw refused("an escape must be a character in " + digits + " hexadecimal digits");
      }
      value = 16 * value + digit;
      at++;
    }
    if (value > CodePoints.LAST) {
      throw refused("a character must be at most 10FFFF");
    }
    return value;
  }

  private String shown() {
    char c = peek();
    return c >= ' ' && c < 0x7F ? "'" + c + "'" : String.format("U+%04X", (int) c);
  }

  InvalidRequestException refused(String message) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(at, text.length()); i++) {
      column = text.charAt(i) == '\n' ? 1 : column + 1;
      line += text.charAt(i) == '\n' ? 1 : 0;
    }
    return new InvalidRequestException(
        "grammar", message + ": grammar line=" + line + ", column=" + column);
  }
}
