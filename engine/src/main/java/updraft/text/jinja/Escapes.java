package updraft.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The escapes of Python's string literals; an unknown one stands for itself, backslash and all. */
final class Escapes {
  private static final Pattern OCTAL = Pattern.compile("[0-7]{1,3}");

  private Escapes() {}

  static String decode(String literal, int at) {
    int slash = literal.indexOf('\\');
    if (slash < 0) {
      return literal;
    }
    StringBuilder text = new StringBuilder(literal.length());
    int from = 0;
    while (slash >= 0) {
      text.append(literal, from, slash);
      from = escape(literal, slash + 1, text, at);
      slash = literal.indexOf('\\', from);
    }
    return text.append(literal, from, literal.length()).toString();
  }

  /** Appends what the escape at {@code i} means and returns where it ends. */
  private static int escape(String literal, int i, StringBuilder text, int at) {
    char c = literal.charAt(i);
    switch (c) {
      case '\n' -> {}
      case '\\', '\'', '"' -> text.append(c);
      case 'n' -> text.append('\n');
      case 't' -> text.append('\t');
      case 'r' -> text.append('\r');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'a' -> text.append('\u0007');
      case 'v' -> text.append('\u000B');
      case 'x' -> {
        return hex(literal, i + 1, 2, text, at);
      }
      case 'u' -> {
        return hex(literal, i + 1, 4, text, at);
      }
      case 'U' -> {
        return hex(literal, i + 1, 8, text, at);
      }
      default -> {
        Matcher octal = OCTAL.matcher(literal).region(i, literal.length());
        if (octal.lookingAt()) {
          text.append((char) Integer.parseInt(octal.group(), 8));
          return octal.end();
        }
        text.append('\\').append(c);
      }
    }
    return i + 1;
  }

  private static int hex(String literal, int from, int digits, StringBuilder text, int at) {
    int end = from + digits;
    long code = 0;
    for (int i = from; i < end; i++) {
      int digit = i < literal.length() ? Character.digit(literal.charAt(i), 16) : -1;
      if (digit < 0) {
        throw new Fault("an escape must have " + digits + " hexadecimal digits", at);
      }
      code = code * 16 + digit;
    }
    if (code > Character.MAX_CODE_POINT) {
      throw new Fault("an escape must name a character up to U+10FFFF", at);
    }
    text.appendCodePoint((int) code);
    return end;
  }
}
