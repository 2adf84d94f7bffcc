package updraft.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of strings. Indices count characters, not UTF-16 units. */
final class TextMethods {
  private static final Map<String, Builtin> METHODS = new HashMap<>();

  static {
    add("upper self", (r, a) -> CaseText.upper(self(a)));
    add("lower self", (r, a) -> CaseText.lower(self(a)));
    add("casefold self", (r, a) -> CaseText.lower(self(a)));
    add("capitalize self", (r, a) -> CaseText.capitalize(self(a)));
    add("title self", (r, a) -> CaseText.title(self(a)));
    add("swapcase self", (r, a) -> CaseText.swap(self(a)));
    add("strip self chars?", (r, a) -> strip(self(a), a.text(1, ""), true, true));
    add("lstrip self chars?", (r, a) -> strip(self(a), a.text(1, ""), true, false));
    add("rstrip self chars?", (r, a) -> strip(self(a), a.text(1, ""), false, true));
    add("split self sep? maxsplit?", (r, a) -> Splitting.forward(self(a), a, r));
    add("rsplit self sep? maxsplit?", (r, a) -> Splitting.backward(self(a), a, r));
    add("splitlines self keepends?", (r, a) -> Splitting.lines(self(a), a.flag(1), r));
    add("partition self sep", (r, a) -> Splitting.around(self(a), a.text(1), false));
    add("rpartition self sep", (r, a) -> Splitting.around(self(a), a.text(1), true));
    add("startswith self prefix", (r, a) -> any(a.get(1), part -> self(a).startsWith(part)));
    add("endswith self suffix", (r, a) -> any(a.get(1), part -> self(a).endsWith(part)));
    add("removeprefix self prefix", (r, a) -> removePrefix(self(a), a.text(1)));
    add("removesuffix self suffix", (r, a) -> removeSuffix(self(a), a.text(1)));
    add(
        "replace self old new count?",
        (r, a) -> replace(self(a), a.text(1), a.text(2), a.integer(3, -1), r));
    add("find self sub", (r, a) -> index(self(a), self(a).indexOf(a.text(1))));
    add("rfind self sub", (r, a) -> index(self(a), self(a).lastIndexOf(a.text(1))));
    add("index self sub", (r, a) -> found(index(self(a), self(a).indexOf(a.text(1)))));
    add("rindex self sub", (r, a) -> found(index(self(a), self(a).lastIndexOf(a.text(1)))));
    add("count self sub", (r, a) -> count(self(a), a.text(1)));
    add("join self items", (r, a) -> join(self(a), a.get(1), r));
    add("format self *", (r, a) -> BraceFormat.format(self(a), a.rest(), r));
    add("zfill self width", (r, a) -> zeroFill(self(a), a.integer(1), r));
    add("ljust self width fill?", (r, a) -> self(a) + padding(a, r));
    add("rjust self width fill?", (r, a) -> padding(a, r) + self(a));
    add("isspace self", (r, a) -> !self(a).isEmpty() && Blank.isBlank(self(a), 0));
    add("isdigit self", (r, a) -> all(self(a), Character::isDigit));
    add("isdecimal self", (r, a) -> all(self(a), Character::isDigit));
    add("isnumeric self", (r, a) -> all(self(a), Character::isDigit));
    add("isalpha self", (r, a) -> all(self(a), Character::isLetter));
    add("isalnum self", (r, a) -> all(self(a), Character::isLetterOrDigit));
    add("isupper self", (r, a) -> isCase(self(a), CaseText.upper(self(a))));
    add("islower self", (r, a) -> isCase(self(a), CaseText.lower(self(a))));
  }

  private TextMethods() {}

  static @Nullable Builtin find(String name) {
    return METHODS.get(name);
  }

  /** Every method pays for reading its receiver. */
  private static void add(String signature, Builtin.Body body) {
    Builtin.register(
        METHODS,
        signature,
        (rendering, arguments) -> {
          rendering.budget().spend(self(arguments).length());
          return body.apply(rendering, arguments);
        });
  }

  private static String self(Bound arguments) {
    return arguments.text(0);
  }

  /** Strips whitespace, or the characters of {@code set} if it has any. */
  static String strip(String text, String set, boolean start, boolean end) {
    String stripped = text;
    if (set.isEmpty()) {
      stripped = start ? Blank.stripStart(stripped) : stripped;
      return end ? Blank.stripEnd(stripped) : stripped;
    }
    int from = 0;
    int to = text.length();
    while (start && from < to && set.indexOf(text.codePointAt(from)) >= 0) {
      from += Character.charCount(text.codePointAt(from));
    }
    while (end && to > from && set.indexOf(text.codePointBefore(to)) >= 0) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(from, to);
  }

  private interface Part {
    boolean matches(String part);
  }

  /** Whether one string, or one of a tuple's, matches. */
  private static boolean any(Object parts, Part condition) {
    List<?> candidates = parts instanceof Tuple tuple ? tuple : List.of(parts);
    boolean matches = false;
    for (Object candidate : candidates) {
      if (!(candidate instanceof String part)) {
        throw candidate instanceof Undefined missing
            ? missing.fault()
            : new Fault("a prefix or suffix must be a string: " + Values.typeName(candidate));
      }
      matches |= condition.matches(part);
    }
    return matches;
  }

  private static String removePrefix(String text, String prefix) {
    return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
  }

  private static String removeSuffix(String text, String suffix) {
    return text.endsWith(suffix) ? text.substring(0, text.length() - suffix.length()) : text;
  }

  /** Replaces the first {@code count}, or all where it is negative. */
  static String replace(String text, String old, String by, int count, Rendering rendering) {
    StringBuilder out = new StringBuilder();
    int left = count < 0 ? Integer.MAX_VALUE : count;
    int from = 0;
    int search = 0;
    while (left-- > 0) {
      int at = search > text.length() ? -1 : text.indexOf(old, search);
      if (at < 0) {
        break;
      }
      rendering.budget().spend((long) by.length() + at - from + 1);
      out.append(text, from, at).append(by);
      from = at + old.length();
      // an empty string is found before every character, and once at the end
      search =
          old.isEmpty()
              ? (from < text.length() ? text.offsetByCodePoints(from, 1) : text.length() + 1)
              : from;
    }
    return out.append(text, from, text.length()).toString();
  }

  private static long index(String text, int at) {
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private static long found(long index) {
    if (index < 0) {
      throw new Fault("substring not found");
    }
    return index;
  }

  private static long count(String text, String part) {
    if (part.isEmpty()) {
      return text.codePointCount(0, text.length()) + 1;
    }
    long count = 0;
    for (int at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length())) {
      count++;
    }
    return count;
  }

  private static String join(String separator, Object items, Rendering rendering) {
    List<String> texts = new ArrayList<>();
    for (Object item : Values.items(items, rendering)) {
      if (!(item instanceof String text)) {
        throw new Fault("'join' takes strings: " + Values.typeName(item));
      }
      rendering.budget().spend((long) separator.length() + text.length());
      texts.add(text);
    }
    return String.join(separator, texts);
  }

  private static String padding(Bound a, Rendering rendering) {
    String fill = a.text(2, " ");
    if (fill.codePointCount(0, fill.length()) != 1) {
      throw new Fault("a fill must be one character");
    }
    long missing = Math.max(0, a.integer(1) - Values.length(self(a)));
    rendering.budget().spend(missing);
    return fill.repeat((int) missing);
  }

  private static String zeroFill(String text, int width, Rendering rendering) {
    long missing = Math.max(0, width - Values.length(text));
    rendering.budget().spend(missing);
    int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return text.substring(0, sign) + "0".repeat((int) missing) + text.substring(sign);
  }

  private static boolean all(String text, IntPredicate condition) {
    return !text.isEmpty() && text.codePoints().allMatch(condition);
  }

  private static boolean isCase(String text, String cased) {
    return text.equals(cased) && text.codePoints().anyMatch(c -> Character.isLetter(c));
  }
}
