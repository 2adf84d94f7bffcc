package updraft.text.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Python's {@code str()} and {@code repr()} of values. */
final class Printer {
  private final StringBuilder out = new StringBuilder();
  private final Rendering rendering;

  private Printer(Rendering rendering) {
    this.rendering = rendering;
  }

  static String str(Object value, Rendering rendering) {
    return value instanceof String text ? text : repr(value, rendering);
  }

  static String repr(Object value, Rendering rendering) {
    Printer printer = new Printer(rendering);
    printer.print(value);
    return printer.out.toString();
  }

  /**
   * The shortest decimal that reads back as the same number, with an exponent where Python has one.
   */
  static String real(double number) {
    if (Double.isNaN(number)) {
      return "nan";
    }
    if (Double.isInfinite(number)) {
      return number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number < 0 ? "-0.0" : "0.0";
    }
    BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = decimal.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = decimal.unscaledValue().abs().toString();
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }

  private void print(Object value) {
    int start = out.length();
    switch (value) {
      case None none -> out.append("None");
      case Undefined undefined -> {}
      case Boolean flag -> out.append(flag ? "True" : "False");
      case Double number -> out.append(real(number));
      case Number number -> out.append(number);
      case String text -> quote(text);
      case List<?> list -> list(list);
      case Map<?, ?> map -> map(map);
      case Namespace namespace -> {
        out.append("<Namespace ");
        map(namespace.fields());
        out.append('>');
      }
      default -> out.append('<').append(Values.typeName(value)).append('>');
    }
    if (!(value instanceof List<?>) && !(value instanceof Map<?, ?>)) {
      rendering.budget().spend(out.length() - start);
    }
  }

  private void list(List<?> list) {
    rendering.budget().enter();
    boolean tuple = list instanceof Tuple;
    out.append(tuple ? '(' : '[');
    String separator = "";
    for (Object item : list) {
      out.append(separator);
      element(item);
      separator = ", ";
    }
    out.append(tuple && list.size() == 1 ? "," : "").append(tuple ? ')' : ']');
    rendering.budget().leave();
  }

  private void map(Map<?, ?> map) {
    rendering.budget().enter();
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      element(entry.getKey());
      out.append(": ");
      element(entry.getValue());
      separator = ", ";
    }
    out.append('}');
    rendering.budget().leave();
  }

  private void element(Object value) {
    rendering.budget().spendElements(1);
    if (value instanceof Undefined) {
      out.append("Undefined");
    } else {
      print(value);
    }
  }

  private void quote(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints().forEach(c -> character(c, quote));
    out.append(quote);
  }

  private void character(int c, char quote) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (printable(c)) {
          out.appendCodePoint(c);
        } else if (c < 0x100) {
          out.append("\\x%02x".formatted(c));
        } else {
          out.append(c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
        }
      }
    }
  }

  private static boolean printable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }
}
