package updraft.text.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.regex.Pattern;

/** Filters that make numbers. */
final class NumberFilters {
  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+(?:_[0-9]+)*+");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(?:[0-9]++\\.?[0-9]*+|\\.[0-9]++)(?:[eE][-+]?[0-9]++)?");

  /** No longer text is a number. */
  private static final int MAX_DIGITS = 400;

  private NumberFilters() {}

  static void register(Map<String, Builtin> filters) {
    Builtin.register(filters, "int value default? base?", (r, a) -> integer(a));
    Builtin.register(filters, "float value default?", (r, a) -> real(a));
    Builtin.register(filters, "abs value", (r, a) -> absolute(a.get(0)));
    Builtin.register(filters, "round value precision? method?", (r, a) -> round(a));
  }

  private static Object integer(Bound arguments) {
    Object value = arguments.get(0);
    Object otherwise = arguments.get(1, 0L);
    return switch (value) {
      case Undefined undefined -> throw undefined.fault();
      case Boolean flag -> flag ? 1L : 0L;
      case Long number -> number;
      case Double number -> Double.isFinite(number) ? (Object) truncate(number) : otherwise;
      case String text ->
          parse(Blank.stripEnd(Blank.stripStart(text)), arguments.integer(2, 10), otherwise);
      default -> otherwise;
    };
  }

  private static Object parse(String text, int base, Object otherwise) {
    if (text.length() > MAX_DIGITS) {
      return otherwise;
    }
    try {
      if (base != 10) {
        return Long.parseLong(withoutPrefix(text, base), base);
      }
      if (INTEGER.matcher(text).matches()) {
        return Long.parseLong(text.replace("_", ""));
      }
    } catch (NumberFormatException e) {
      return otherwise;
    }
    return REAL.matcher(text).matches() ? (Object) truncate(Double.parseDouble(text)) : otherwise;
  }

  private static String withoutPrefix(String text, int base) {
    String prefix = base == 16 ? "0x" : base == 8 ? "0o" : base == 2 ? "0b" : "";
    boolean has = !prefix.isEmpty() && CaseText.lower(text).startsWith(prefix);
    return has ? text.substring(2) : text;
  }

  private static long truncate(double number) {
    if (Math.abs(number) >= 0x1p63) {
      throw new Fault("an integer must fit in 64 bits");
    }
    return (long) number;
  }

  private static Object real(Bound arguments) {
    return switch (arguments.get(0)) {
      case Undefined undefined -> throw undefined.fault();
      case String text -> {
        String number = Blank.stripEnd(Blank.stripStart(text));
        boolean valid = number.length() <= MAX_DIGITS && REAL.matcher(number).matches();
        yield valid ? (Object) Double.parseDouble(number) : arguments.get(1, 0.0);
      }
      case Object number when Values.isNumber(number) -> Arithmetic.toDouble(number);
      default -> arguments.get(1, 0.0);
    };
  }

  private static Object absolute(Object value) {
    return switch (value) {
      case Double number -> Math.abs(number);
      case Long number when number < 0 -> Arithmetic.negate(number);
      default -> Arithmetic.plus(value);
    };
  }

  /** Rounds halves to even, as Python does; the result is a float unless the input is whole. */
  private static Object round(Bound arguments) {
    Object value = arguments.get(0);
    int precision = Math.clamp(arguments.integer(1, 0), -MAX_DIGITS, MAX_DIGITS);
    RoundingMode mode =
        switch (arguments.text(2, "common")) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw new Fault("the method of 'round' must be common, ceil or floor");
        };
    if (value instanceof Long number && mode == RoundingMode.HALF_EVEN) {
      return precision >= 0
          ? number
          : (Object) BigDecimal.valueOf(number).setScale(precision, mode).longValue();
    }
    double number = Arithmetic.toDouble(Arithmetic.plus(value));
    return Double.isFinite(number)
        ? new BigDecimal(number).setScale(precision, mode).doubleValue()
        : (Object) number;
  }
}
