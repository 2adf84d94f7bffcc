package updraft.text.jinja;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code format % values}: flags, width and precision of s, r, d, i, u, f, x, X, o, e. */
final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile(
          "%(?:\\((?<key>[^)]*+)\\))?(?<flags>[-+ 0#]*+)(?<width>[0-9]*+)"
              + "(?:\\.(?<precision>[0-9]++))?(?<kind>.?)",
          Pattern.DOTALL);

  private final List<Object> values;
  private final Object whole;
  private final Rendering rendering;
  private int next;

  private PercentFormat(Object values, Rendering rendering) {
    this.whole = values;
    this.values = values instanceof Tuple tuple ? tuple : List.of(values);
    this.rendering = rendering;
  }

  static String format(String format, Object values, Rendering rendering) {
    PercentFormat fields = new PercentFormat(values, rendering);
    StringBuilder out = new StringBuilder();
    Matcher field = FIELD.matcher(format);
    int from = 0;
    while (field.find()) {
      String text = fields.field(field);
      rendering.budget().spend((long) text.length() + field.start() - from);
      out.append(format, from, field.start()).append(text);
      from = field.end();
    }
    boolean container = values instanceof Map<?, ?> || values instanceof List<?>;
    boolean countable = !container || values instanceof Tuple;
    if (countable && fields.next < fields.values.size()) {
      throw new Fault("a format must use all its values: " + fields.values.size());
    }
    return out.append(format, from, format.length()).toString();
  }

  private String field(Matcher field) {
    String kind = field.group("kind");
    if (kind.equals("%")) {
      return "%";
    }
    Object value = field.group("key") == null ? nextValue() : keyed(field.group("key"));
    int precision = number(field.group("precision"), -1);
    String text =
        switch (kind) {
          case "s" -> cut(Printer.str(value, rendering), precision);
          case "r" -> cut(Printer.repr(value, rendering), precision);
          case "d", "i", "u" -> Long.toString(whole(value));
          case "x" -> Long.toHexString(whole(value));
          case "X" -> Long.toHexString(whole(value)).toUpperCase(Locale.ROOT);
          case "o" -> Long.toOctalString(whole(value));
          case "f", "F" ->
              String.format(Locale.ROOT, "%." + decimals(precision) + "f", real(value));
          case "e" -> String.format(Locale.ROOT, "%." + decimals(precision) + "e", real(value));
          default -> throw new Fault("a format must use a known kind of field: %" + kind);
        };
    return pad(text, field.group("flags"), number(field.group("width"), 0), kind);
  }

  private static int decimals(int precision) {
    return precision < 0 ? 6 : precision;
  }

  private Object nextValue() {
    if (next >= values.size()) {
      throw new Fault("a format must have a value for each field");
    }
    return values.get(next++);
  }

  private Object keyed(String key) {
    Object value = whole instanceof Map<?, ?> map ? map.get(key) : null;
    if (value == null) {
      throw new Fault("a format must have a value for each field: " + key);
    }
    return value;
  }

  private String pad(String text, String flags, int width, String kind) {
    boolean number = !kind.equals("s") && !kind.equals("r");
    String signed = number && !text.startsWith("-") ? sign(flags) + text : text;
    int missing = width - signed.codePointCount(0, signed.length());
    if (missing <= 0) {
      return signed;
    }
    rendering.budget().spend(missing);
    if (flags.contains("-")) {
      return signed + " ".repeat(missing);
    }
    if (number && flags.contains("0")) {
      int sign = signed.length() - text.replaceFirst("^-", "").length();
      return signed.substring(0, sign) + "0".repeat(missing) + signed.substring(sign);
    }
    return " ".repeat(missing) + signed;
  }

  private static String sign(String flags) {
    return flags.contains("+") ? "+" : flags.contains(" ") ? " " : "";
  }

  private static String cut(String text, int precision) {
    return precision < 0 || precision >= text.codePointCount(0, text.length())
        ? text
        : text.substring(0, text.offsetByCodePoints(0, precision));
  }

  private static long whole(Object value) {
    return value instanceof Double number
        ? (long) (double) number
        : Arithmetic.toLong(number(value));
  }

  private static double real(Object value) {
    return Arithmetic.toDouble(number(value));
  }

  private static Object number(Object value) {
    if (!Values.isNumber(value)) {
      throw value instanceof Undefined missing
          ? missing.fault()
          : new Fault("a format must have a number here: " + Values.typeName(value));
    }
    return value;
  }

  private static int number(@Nullable String digits, int otherwise) {
    if (digits == null || digits.isEmpty()) {
      return otherwise;
    }
    if (digits.length() > 4) {
      throw new Fault("a width or precision must be at most 9999: " + digits);
    }
    return Integer.parseInt(digits);
  }
}
