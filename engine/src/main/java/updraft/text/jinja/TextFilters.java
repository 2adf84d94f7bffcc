package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Filters that make text. Their input may be any value: it is printed first. */
final class TextFilters {
  private static final Pattern WORD = Pattern.compile("\\w+", Pattern.UNICODE_CHARACTER_CLASS);

  private TextFilters() {}

  static void register(Map<String, Builtin> filters) {
    Builtin.register(filters, "string value", TextFilters::text);
    Builtin.register(filters, "safe value", TextFilters::text);
    Builtin.register(filters, "upper value", (r, a) -> CaseText.upper(text(r, a)));
    Builtin.register(filters, "lower value", (r, a) -> CaseText.lower(text(r, a)));
    Builtin.register(filters, "capitalize value", (r, a) -> CaseText.capitalize(text(r, a)));
    Builtin.register(filters, "title value", (r, a) -> CaseText.titleWords(text(r, a)));
    Builtin.register(
        filters,
        "trim value chars?",
        (r, a) -> TextMethods.strip(text(r, a), a.text(1, ""), true, true));
    Builtin.register(
        filters,
        "replace value old new count?",
        (r, a) ->
            TextMethods.replace(
                text(r, a),
                Printer.str(a.get(1), r),
                Printer.str(a.get(2), r),
                a.integer(3, -1),
                r));
    Builtin.register(filters, "escape value", (r, a) -> escape(text(r, a), r));
    Builtin.register(
        filters, "indent value width? first? blank?", (r, a) -> indent(text(r, a), a, r));
    Builtin.register(filters, "format value *", (r, a) -> format(text(r, a), a, r));
    Builtin.register(
        filters, "wordcount value", (r, a) -> WORD.matcher(text(r, a)).results().count());
    Builtin.register(
        filters,
        "tojson value ensure_ascii? indent? separators? sort_keys?",
        (r, a) -> JsonPrinter.print(a.get(0), layout(a), r));
  }

  /** The input as text, paid for. */
  private static String text(Rendering rendering, Bound arguments) {
    String text = Printer.str(arguments.get(0), rendering);
    rendering.budget().spend(text.length());
    return text;
  }

  private static String escape(String text, Rendering rendering) {
    StringBuilder escaped = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> escaped.append("&amp;");
        case '<' -> escaped.append("&lt;");
        case '>' -> escaped.append("&gt;");
        case '"' -> escaped.append("&#34;");
        case '\'' -> escaped.append("&#39;");
        default -> escaped.append(c);
      }
    }
    rendering.budget().spend(escaped.length());
    return escaped.toString();
  }

  /** Indents every line but the first, and blank ones, unless told otherwise. */
  private static String indent(String text, Bound arguments, Rendering rendering) {
    String indention =
        arguments.get(1, 4L) instanceof String prefix
            ? prefix
            : spaces(arguments.integer(1, 4), rendering);
    List<Object> lines = Splitting.lines(text + "\n", false, rendering);
    List<String> indented = new ArrayList<>(lines.size());
    for (Object line : lines) {
      String content = (String) line;
      boolean first = indented.isEmpty();
      boolean indents = first ? arguments.flag(2) : arguments.flag(3) || !content.isEmpty();
      rendering.budget().spend(content.length() + (indents ? indention.length() : 0L));
      indented.add(indents ? indention + content : content);
    }
    return String.join("\n", indented);
  }

  private static String spaces(int count, Rendering rendering) {
    rendering.budget().spend(Math.max(0, count));
    return " ".repeat(Math.max(0, count));
  }

  private static String format(String format, Bound arguments, Rendering rendering) {
    Arguments rest = arguments.rest();
    if (!rest.named().isEmpty()) {
      return PercentFormat.format(format, rest.named(), rendering);
    }
    return PercentFormat.format(format, new Tuple(rest.positional()), rendering);
  }

  private static JsonPrinter.Layout layout(Bound arguments) {
    String indent = jsonIndent(arguments);
    String itemSeparator = indent == null ? ", " : ",";
    String keySeparator = ": ";
    Object separators = arguments.get(3, None.NONE);
    if (separators instanceof List<?> pair
        && pair.size() == 2
        && pair.get(0) instanceof String item
        && pair.get(1) instanceof String key) {
      itemSeparator = item;
      keySeparator = key;
    } else if (separators != None.NONE) {
      throw new Fault("'separators' of 'tojson' must be two strings");
    }
    return new JsonPrinter.Layout(
        arguments.flag(1), indent, itemSeparator, keySeparator, arguments.flag(4));
  }

  private static @Nullable String jsonIndent(Bound arguments) {
    Object indent = arguments.get(2, None.NONE);
    if (indent == None.NONE) {
      return null;
    }
    return indent instanceof String text
        ? text
        : " ".repeat(Math.clamp(arguments.integer(2), 0, 1000));
  }
}
