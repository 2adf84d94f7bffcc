package updraft.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filter {@code tojson} as chat templates are written for: JSON in the layout of Python's
 * {@code json.dumps}, without HTML escapes.
 */
final class JsonPrinter {
  /**
   * @param indent one level's indentation, or null for a single line
   * @param asciiOnly whether other characters are escaped
   */
  record Layout(
      boolean asciiOnly,
      @Nullable String indent,
      String itemSeparator,
      String keySeparator,
      boolean sortKeys) {}

  private final StringBuilder out = new StringBuilder();
  private final Layout layout;
  private final Rendering rendering;
  private int level;

  private JsonPrinter(Layout layout, Rendering rendering) {
    this.layout = layout;
    this.rendering = rendering;
  }

  static String print(Object value, Layout layout, Rendering rendering) {
    JsonPrinter printer = new JsonPrinter(layout, rendering);
    printer.value(value);
    return printer.out.toString();
  }

  private void value(Object value) {
    switch (value) {
      case None none -> out.append("null");
      case Boolean flag -> out.append(flag);
      case Double number -> out.append(real(number));
      case Number number -> out.append(number);
      case String text -> quote(text);
      case Generated generated -> throw unsupported(value);
      case List<?> list -> list(list);
      case Map<?, ?> map -> map(map);
      case Undefined undefined -> throw undefined.fault();
      default -> throw unsupported(value);
    }
  }

  private static Fault unsupported(Object value) {
    return new Fault("'" + Values.typeName(value) + "' has no JSON form");
  }

  private static String real(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    return Double.isInfinite(number)
        ? (number > 0 ? "Infinity" : "-Infinity")
        : Printer.real(number);
  }

  private void list(List<?> list) {
    open('[');
    boolean first = true;
    for (Object item : list) {
      nextItem(first);
      value(item);
      first = false;
    }
    close(']', first);
  }

  private void map(Map<?, ?> map) {
    open('{');
    boolean first = true;
    for (Map.Entry<Object, Object> entry : entries(map)) {
      nextItem(first);
      quote(key(entry.getKey()));
      out.append(layout.keySeparator());
      value(entry.getValue());
      first = false;
    }
    close('}', first);
  }

  private List<Map.Entry<Object, Object>> entries(Map<?, ?> map) {
    List<Map.Entry<Object, Object>> entries = new ArrayList<>(Values.entries(map).entrySet());
    if (layout.sortKeys()) {
      entries.sort(Comparator.comparing(Map.Entry::getKey, Ordering.ascending(false, rendering)));
    }
    return entries;
  }

  private static String key(Object key) {
    return switch (key) {
      case String text -> text;
      case Boolean flag -> flag ? "true" : "false";
      case None none -> "null";
      case Double number -> real(number);
      case Number number -> number.toString();
      default -> throw new Fault("a key of JSON must be text or a number");
    };
  }

  private void open(char bracket) {
    rendering.budget().enter();
    out.append(bracket);
    level++;
  }

  private void nextItem(boolean first) {
    rendering.budget().spendElements(1);
    if (!first) {
      out.append(layout.itemSeparator());
    }
    newLine();
  }

  private void close(char bracket, boolean empty) {
    level--;
    if (!empty) {
      newLine();
    }
    out.append(bracket);
    rendering.budget().leave();
  }

  private void newLine() {
    String indent = layout.indent();
    if (indent != null) {
      rendering.budget().spend((long) indent.length() * level);
      out.append('\n').repeat(indent, level);
    }
  }

  private void quote(String text) {
    rendering.budget().spend(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      character(text.charAt(i));
    }
    out.append('"');
  }

  private void character(char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      default -> {
        if (c < ' ' || (layout.asciiOnly() && c > '~')) {
          out.append("\\u%04x".formatted((int) c));
        } else {
          out.append(c);
        }
      }
    }
  }
}
