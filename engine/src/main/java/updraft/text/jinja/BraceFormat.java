package updraft.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code str.format} with plain fields: {@code {}}, {@code {0}} and {@code {name}}. */
final class BraceFormat {
  private static final Pattern FIELD = Pattern.compile("\\{\\{|}}|\\{(?<name>[^{}]*+)}|[{}]");

  private BraceFormat() {}

  static String format(String format, Arguments arguments, Rendering rendering) {
    StringBuilder out = new StringBuilder();
    Matcher field = FIELD.matcher(format);
    int from = 0;
    int next = 0;
    while (field.find()) {
      String text = field.group();
      String name = field.group("name");
      if (name != null) {
        text = Printer.str(value(name.isEmpty() ? next++ + "" : name, arguments), rendering);
      } else if (text.length() == 1) {
        throw new Fault("a format must close each brace");
      } else {
        text = text.substring(1);
      }
      rendering.budget().spend((long) text.length() + field.start() - from);
      out.append(format, from, field.start()).append(text);
      from = field.end();
    }
    return out.append(format, from, format.length()).toString();
  }

  private static Object value(String name, Arguments arguments) {
    boolean index = name.length() < 5 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    if (index && Integer.parseInt(name) < arguments.positional().size()) {
      return arguments.positional().get(Integer.parseInt(name));
    }
    Object value = arguments.named().get(name);
    if (value == null) {
      throw new Fault(
          "a format must have a value for each field, and plain fields: {" + name + "}");
    }
    return value;
  }
}
