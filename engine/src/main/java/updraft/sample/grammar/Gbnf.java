package updraft.sample.grammar;

import java.util.LinkedHashMap;
import java.util.Map;
import updraft.request.InvalidRequestException;

/** A grammar's text while it is written: rules, and strings and classes as GBNF spells them. */
final class Gbnf {
  private final Map<String, String> rules = new LinkedHashMap<>();
  private int chars;
  private int names;

  /** A name that no rule has yet. */
  String freshName(String stem) {
    return stem + "-" + ++names;
  }

  /** Writes a rule, unless there is one of that name, and returns its name. */
  String define(String name, String body) {
    if (rules.putIfAbsent(name, body) == null) {
      chars += name.length() + body.length() + 6;
      if (chars > GbnfParser.MAX_CHARS) {
        throw new InvalidRequestException(
            "grammar",
            "a schema must make a grammar of at most " + GbnfParser.MAX_CHARS + " characters");
      }
    }
    return name;
  }

  boolean defines(String name) {
    return rules.containsKey(name);
  }

  String text() {
    StringBuilder text = new StringBuilder(chars);
    rules.forEach((name, body) -> text.append(name).append(" ::= ").append(body).append('\n'));
    return text.toString();
  }

  /** A text as it stands. */
  static String literal(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints()
        .forEach(
            c -> {
              if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
              } else if (c < ' ' || c == 0x7F) {
                quoted.append(String.format("\\x%02X", c));
              } else {
                quoted.appendCodePoint(c);
              }
            });
    return quoted.append('"').toString();
  }

  /** One of some characters; of none, what never matches. */
  static String characters(CodePoints set) {
    StringBuilder text = new StringBuilder("[");
    for (CodePoints.Range range : set.ranges()) {
      text.append(String.format("\\U%08X", range.first()));
      if (range.last() > range.first()) {
        text.append(String.format("-\\U%08X", range.last()));
      }
    }
    return text.append(']').toString();
  }
}
