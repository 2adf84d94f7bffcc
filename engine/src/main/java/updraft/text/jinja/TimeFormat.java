package updraft.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** The directives of C's {@code strftime}, in English. */
final class TimeFormat {
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('Y', "uuuu"),
          Map.entry('y', "uu"),
          Map.entry('m', "MM"),
          Map.entry('d', "dd"),
          Map.entry('e', "ppd"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('f', "SSSSSS"),
          Map.entry('p', "a"),
          Map.entry('j', "DDD"),
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('b', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('F', "uuuu-MM-dd"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('D', "MM/dd/uu"),
          Map.entry('z', "xx"),
          Map.entry('Z', "zzz"));

  private TimeFormat() {}

  static String format(String format, ZonedDateTime time, Rendering rendering) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c == '%' && i + 1 < format.length()) {
        i += format.charAt(i + 1) == '-' && i + 2 < format.length() ? 2 : 1;
        out.append(directive(format.charAt(i), format.charAt(i - 1) == '-', time));
      } else {
        out.append(c);
      }
    }
    rendering.budget().spend(out.length());
    return out.toString();
  }

  private static String directive(char directive, boolean unpadded, ZonedDateTime time) {
    if (directive == '%') {
      return "%";
    }
    String pattern = PATTERNS.get(directive);
    if (pattern == null) {
      throw new Fault("unknown directive of a time format: %" + directive);
    }
    String text = DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    return unpadded ? text.replaceFirst("^[0 ]+(?=.)", "") : text;
  }
}
