package updraft.sample.grammar;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as models write it: no line ends but after a separator, numbers of a sensible length. Each
 * method returns the name of a rule, which it defines when it is first needed.
 */
final class JsonRules {
  private static final CodePoints CONTROL = CodePoints.of(0, 0x1F);

  /** What stands in a string as itself. */
  private static final CodePoints PLAIN =
      CodePoints.of(
              List.of(
                  new CodePoints.Range(0, 0x1F),
                  new CodePoints.Range('"', '"'),
                  new CodePoints.Range('\\', '\\'),
                  new CodePoints.Range(0x7F, 0x7F)))
          .complement();

  private final Gbnf out;

  JsonRules(Gbnf out) {
    this.out = out;
  }

  /** At most a line end and an indentation: a model may not fill its answer with blanks. */
  String space() {
    return out.define("ws", "| \" \" | \"\\n\" [ \\t]{0,20}");
  }

  /** A character of a string, escaped or not. */
  String character() {
    out.define("hex", "[0-9a-fA-F]");
    return out.define(
        "char",
        Gbnf.characters(PLAIN)
            + " | \"\\\\\" ([\"\\\\/bfnrt] | \"u\" ([0-9a-cefA-CEF] hex | [dD] [0-7]) hex{2}"
            + " | \"u\" [dD] [89abAB] hex{2} \"\\\\u\" [dD] [c-fC-F] hex{2})");
  }

  String string() {
    return out.define("string", "\"\\\"\" " + character() + "* \"\\\"\"");
  }

  /** A character of a string that needs no escape, but these. */
  static String plainWithout(List<Integer> excluded) {
    return Gbnf.characters(
        PLAIN.without(
            CodePoints.of(excluded.stream().map(c -> new CodePoints.Range(c, c)).toList())));
  }

  static boolean isPlain(String text) {
    return text.codePoints().allMatch(PLAIN::contains);
  }

  /**
   * One of some characters, in a string: as itself, or by its shortest escape. Control characters
   * that need six characters are left out where others will do.
   */
  static String inString(CodePoints set) {
    List<String> ways = new ArrayList<>();
    CodePoints plain = set.without(PLAIN.complement());
    if (!plain.ranges().isEmpty()) {
      ways.add(Gbnf.characters(plain));
    }
    StringBuilder letters = new StringBuilder();
    List<String> codes = new ArrayList<>();
    for (CodePoints.Range range : set.without(PLAIN).ranges()) {
      for (int c = range.first(); c <= range.last(); c++) {
        String escape = escaped(c);
        if (escape.length() == 2) {
          letters.append(escape.equals("\\\\") ? "\\\\" : escape.substring(1));
        } else {
          codes.add(Gbnf.literal(escape));
        }
      }
    }
    if (!letters.isEmpty()) {
      ways.add("\"\\\\\" [" + letters + "]");
    }
    if (ways.isEmpty()) {
      ways.addAll(codes);
    }
    return ways.isEmpty() ? "[]" : "(" + String.join(" | ", ways) + ")";
  }

  private static String escaped(int c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> CONTROL.contains(c) || c == 0x7F ? String.format("\\u%04x", c) : toText(c);
    };
  }

  private static String toText(int c) {
    return Character.toString(c);
  }

  String integer() {
    return out.define("integer", "\"-\"? (\"0\" | [1-9] [0-9]{0,15})");
  }

  String number() {
    return out.define("number", integer() + " (\".\" [0-9]{1,16})? ([eE] [-+]? [0-9]{1,3})?");
  }

  String object() {
    return out.define("object", object(value()));
  }

  /** An object of any names and one kind of values. */
  String object(String value) {
    String pair = string() + " \":\" " + space() + " " + value;
    return "\"{\" ws (" + pair + " (\",\" ws " + pair + ")* ws)? \"}\"";
  }

  String array() {
    return out.define("array", "\"[\" " + space() + " (value (\",\" ws value)* ws)? \"]\"");
  }

  String value() {
    if (!out.defines("value")) {
      out.define("value", "object | array | string | number | \"true\" | \"false\" | \"null\"");
      object();
      array();
      string();
      number();
    }
    return "value";
  }

  /** A value as JSON without blanks. */
  static String text(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case String text -> quoted(text);
      case Number number -> new BigDecimal(number.toString()).toString();
      case Map<?, ?> map -> {
        List<String> members = new ArrayList<>();
        map.forEach(
            (name, member) -> members.add(quoted(String.valueOf(name)) + ":" + text(member)));
        yield "{" + String.join(",", members) + "}";
      }
      case List<?> list ->
          "[" + String.join(",", list.stream().map(JsonRules::text).toList()) + "]";
      default -> String.valueOf(value);
    };
  }

  static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.codePoints().forEach(c -> quoted.append(PLAIN.contains(c) ? toText(c) : escaped(c)));
    return quoted.append('"').toString();
  }
}
