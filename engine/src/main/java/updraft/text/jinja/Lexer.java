package updraft.text.jinja;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import updraft.text.jinja.Token.Kind;

/**
 * Cuts a template into tokens. Whitespace follows the settings that chat templates are written for
 * ({@code trim_blocks} and {@code lstrip_blocks} of Jinja): a newline after a block tag or comment
 * goes, and so do blanks before one on its line; {@code -} strips more, {@code +} keeps all.
 */
final class Lexer {
  private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})");
  private static final Pattern END_RAW =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)");

  /** Longer operators first, so that the first match is the longest. */
  private static final String[] OPERATORS = {
    "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{", "}",
    ">", "<", "=", ".", ":", "|", ",", ";"
  };

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;

  private Lexer(String source) {
    this.source = source;
  }

  /** The tokens of a template whose newlines are all {@code \n}; the last token is the end. */
  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source);
    lexer.scan();
    return lexer.tokens;
  }

  private void scan() {
    while (at < source.length()) {
      int open = opening(at);
      if (open < 0) {
        text(source.substring(at), at);
        at = source.length();
        break;
      }
      char kind = source.charAt(open + 1);
      char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
      text(before(source.substring(at, open), sign, kind != '{'), at);
      at = open;
      switch (kind) {
        case '#' -> comment(afterSign(open, sign));
        case '%' -> tagOrRaw(afterSign(open, sign));
        default -> code(Kind.OUTPUT_START, afterSign(open, sign));
      }
    }
    tokens.add(new Token(Kind.END, "", source.length()));
  }

  private int opening(int from) {
    for (int i = source.indexOf('{', from);
        i >= 0 && i + 1 < source.length();
        i = source.indexOf('{', i + 1)) {
      char next = source.charAt(i + 1);
      if (next == '{' || next == '%' || next == '#') {
        return i;
      }
    }
    return -1;
  }

  private static int afterSign(int open, char sign) {
    return open + (sign == '-' || sign == '+' ? 3 : 2);
  }

  private void text(String text, int start) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.TEXT, text, start));
    }
  }

  /** The text before a tag, less what the tag's sign and {@code lstrip_blocks} strip of it. */
  private String before(String text, char sign, boolean block) {
    if (sign == '-') {
      return Blank.stripEnd(text);
    }
    if (sign == '+' || !block) {
      return text;
    }
    int line = text.lastIndexOf('\n') + 1;
    boolean startsLine = line > 0 || at == 0 || source.charAt(at - 1) == '\n';
    return startsLine && Blank.isBlank(text, line) ? text.substring(0, line) : text;
  }

  private void comment(int inside) {
    int close = source.indexOf("#}", inside);
    if (close < 0) {
      throw new Fault("a comment must end with '#}'", at);
    }
    char sign = close > inside ? source.charAt(close - 1) : ' ';
    at = close + 2;
    afterBlock(sign);
  }

  private void tagOrRaw(int inside) {
    Matcher raw = RAW.matcher(source).region(at, source.length());
    if (!raw.lookingAt()) {
      code(Kind.TAG_START, inside);
      return;
    }
    Matcher end = END_RAW.matcher(source);
    if (!end.find(raw.end())) {
      throw new Fault("'raw' must end with '{% endraw %}'", at);
    }
    at = raw.end();
    String sign = end.group(1);
    text(
        before(source.substring(at, end.start()), sign.isEmpty() ? ' ' : sign.charAt(0), true), at);
    at = end.end();
  }

  private void afterBlock(char sign) {
    if (sign == '-') {
      skipBlanks();
    } else if (sign != '+' && at < source.length() && source.charAt(at) == '\n') {
      at++;
    }
  }

  private void skipBlanks() {
    while (at < source.length() && Blank.is(source.charAt(at))) {
      at++;
    }
  }

  private void code(Kind kind, int inside) {
    int start = at;
    boolean output = kind == Kind.OUTPUT_START;
    tokens.add(new Token(kind, source.substring(start, inside), start));
    at = inside;
    Deque<Character> brackets = new ArrayDeque<>();
    while (true) {
      skipBlanks();
      if (at >= source.length()) {
        throw new Fault("a tag must end with " + (output ? "'}}'" : "'%}'"), start);
      }
      if (brackets.isEmpty() && closes(output)) {
        return;
      }
      token(brackets);
    }
  }

  /** Takes the end of the tag when it stands here; inside brackets it cannot. */
  private boolean closes(boolean output) {
    String close = output ? "}}" : "%}";
    char first = source.charAt(at);
    boolean signed = first == '-' || (first == '+' && !output);
    int end = signed ? at + 1 : at;
    if (!source.startsWith(close, end)) {
      return false;
    }
    tokens.add(new Token(output ? Kind.OUTPUT_END : Kind.TAG_END, close, at));
    at = end + 2;
    if (!output) {
      afterBlock(signed ? first : ' ');
    } else if (signed) {
      skipBlanks();
    }
    return true;
  }

  private void token(Deque<Character> brackets) {
    char c = source.charAt(at);
    if (c >= '0' && c <= '9') {
      number();
    } else if (c == '_' || Character.isUnicodeIdentifierStart(source.codePointAt(at))) {
      name();
    } else if (c == '\'' || c == '"') {
      string(c);
    } else {
      operator(brackets);
    }
  }

  private void number() {
    NumberLiteral literal = NumberLiteral.at(source, at);
    tokens.add(new Token(Kind.NUMBER, source.substring(at, literal.end()), literal.value(), at));
    at = literal.end();
  }

  private void name() {
    int end = at;
    while (end < source.length()
        && Character.isUnicodeIdentifierPart(source.codePointAt(end))
        && !Character.isIdentifierIgnorable(source.codePointAt(end))) {
      end += Character.charCount(source.codePointAt(end));
    }
    tokens.add(new Token(Kind.NAME, source.substring(at, end), at));
    at = end;
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw new Fault("a string must end with " + quote, at);
    }
    String content = Escapes.decode(source.substring(at + 1, end), at);
    tokens.add(new Token(Kind.STRING, content, at));
    at = end + 1;
  }

  private void operator(Deque<Character> brackets) {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        track(operator.charAt(0), brackets);
        tokens.add(new Token(Kind.OPERATOR, operator, at));
        at += operator.length();
        return;
      }
    }
    throw new Fault(
        "unexpected character '" + Character.toString(source.codePointAt(at)) + "'", at);
  }

  private void track(char operator, Deque<Character> brackets) {
    switch (operator) {
      case '(' -> brackets.push(')');
      case '[' -> brackets.push(']');
      case '{' -> brackets.push('}');
      case ')', ']', '}' -> {
        if (brackets.isEmpty() || brackets.pop() != operator) {
          throw new Fault("unexpected '" + operator + "'", at);
        }
      }
      default -> {}
    }
  }
}
