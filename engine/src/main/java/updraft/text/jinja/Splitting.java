package updraft.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The methods that split strings. */
final class Splitting {
  private Splitting() {}

  static List<Object> forward(String text, Bound arguments, Rendering rendering) {
    return split(text, arguments, false, rendering);
  }

  /** Counts {@code maxsplit} from the end. */
  static List<Object> backward(String text, Bound arguments, Rendering rendering) {
    return split(text, arguments, true, rendering);
  }

  private static List<Object> split(
      String text, Bound arguments, boolean fromEnd, Rendering rendering) {
    int most = arguments.integer(2, -1);
    int limit = most < 0 ? Integer.MAX_VALUE : most;
    List<Object> parts =
        arguments.get(1, None.NONE) == None.NONE
            ? (fromEnd ? blanksBackward(text, limit) : blanksForward(text, limit))
            : separated(text, arguments.text(1), limit, fromEnd);
    rendering.budget().spendElements(parts.size());
    return parts;
  }

  private static List<Object> separated(String text, String separator, int limit, boolean fromEnd) {
    if (separator.isEmpty()) {
      throw new Fault("a separator must not be empty");
    }
    List<Object> parts = new ArrayList<>();
    if (fromEnd) {
      int to = text.length();
      int at = text.lastIndexOf(separator);
      while (at >= 0 && parts.size() < limit) {
        parts.add(text.substring(at + separator.length(), to));
        to = at;
        at = text.lastIndexOf(separator, at - separator.length());
      }
      parts.add(text.substring(0, to));
      Collections.reverse(parts);
      return parts;
    }
    int from = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && parts.size() < limit) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
      at = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static List<Object> blanksForward(String text, int limit) {
    List<Object> words = new ArrayList<>();
    String rest = Blank.stripStart(text);
    int from = 0;
    while (from < rest.length()) {
      int end = from;
      while (end < rest.length() && !Blank.is(rest.charAt(end))) {
        end++;
      }
      if (words.size() == limit) {
        words.add(rest.substring(from));
        break;
      }
      words.add(rest.substring(from, end));
      while (end < rest.length() && Blank.is(rest.charAt(end))) {
        end++;
      }
      from = end;
    }
    return words;
  }

  private static List<Object> blanksBackward(String text, int limit) {
    List<Object> words = new ArrayList<>();
    String rest = Blank.stripEnd(text);
    int to = rest.length();
    while (to > 0) {
      int start = to;
      while (start > 0 && !Blank.is(rest.charAt(start - 1))) {
        start--;
      }
      if (words.size() == limit) {
        words.add(rest.substring(0, to));
        break;
      }
      if (start < to) {
        words.add(rest.substring(start, to));
      }
      while (start > 0 && Blank.is(rest.charAt(start - 1))) {
        start--;
      }
      to = start;
    }
    Collections.reverse(words);
    return words;
  }

  static List<Object> lines(String text, boolean keepEnds, Rendering rendering) {
    List<Object> lines = new ArrayList<>();
    int from = 0;
    while (from < text.length()) {
      int end = from;
      while (end < text.length() && !isLineEnd(text.charAt(end))) {
        end++;
      }
      int next = end;
      if (next < text.length()) {
        next += text.startsWith("\r\n", next) ? 2 : 1;
      }
      lines.add(text.substring(from, keepEnds ? next : end));
      from = next;
    }
    rendering.budget().spendElements(lines.size());
    return lines;
  }

  private static boolean isLineEnd(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1C && c <= 0x1E)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** What stands before the separator, the separator, and what stands after it. */
  static Tuple around(String text, String separator, boolean last) {
    if (separator.isEmpty()) {
      throw new Fault("a separator must not be empty");
    }
    int at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) {
      return new Tuple(last ? List.of("", "", text) : List.of(text, "", ""));
    }
    return new Tuple(
        List.of(text.substring(0, at), separator, text.substring(at + separator.length())));
  }
}
