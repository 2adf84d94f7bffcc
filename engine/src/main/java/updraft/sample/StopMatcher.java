package updraft.sample;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds stop strings in text that comes in pieces. Text that may be the beginning of a stop string
 * is held back; the text from the stop string on is never shown. Of several stop strings the one
 * that ends first counts, the longest of those that end together. Linear (Knuth, Morris, Pratt),
 * not thread-safe.
 */
public final class StopMatcher {
  private final List<String> stops;

  /** By stop string and length: the longest proper prefix that is a suffix of that beginning. */
  private final List<int[]> borders = new ArrayList<>();

  /** By stop string: how many of its characters the text so far ends with. */
  private final int[] matchedLengths;

  private final StringBuilder held = new StringBuilder();
  private boolean matched;

  /**
   * @param stops none empty
   */
  public StopMatcher(List<String> stops) {
    this.stops = List.copyOf(stops);
    this.matchedLengths = new int[stops.size()];
    for (String stop : stops) {
      borders.add(borders(stop));
    }
  }

  /** Takes text and returns what may be shown now. After a match nothing is shown any more. */
  public String append(String text) {
    if (matched) {
      return "";
    }
    if (stops.isEmpty()) {
      return text;
    }
    for (int i = 0; i < text.length(); i++) {
      held.append(text.charAt(i));
      int length = advance(text.charAt(i));
      if (length > 0) {
        matched = true;
        String shown = held.substring(0, held.length() - length);
        held.setLength(0);
        return shown;
      }
    }
    return release(longestPartial());
  }

  /** Whether a stop string was found. */
  public boolean matched() {
    return matched;
  }

  /** Nothing follows: what was held back is text after all. */
  public String finish() {
    return release(0);
  }

  private String release(int keep) {
    String shown = held.substring(0, held.length() - keep);
    held.delete(0, shown.length());
    return shown;
  }

  /** Moves every stop string on by a character; the length of the longest now complete, or 0. */
  private int advance(char c) {
    int complete = 0;
    for (int s = 0; s < stops.size(); s++) {
      String stop = stops.get(s);
      int length = matchedLengths[s];
      while (length > 0 && stop.charAt(length) != c) {
        length = borders.get(s)[length];
      }
      if (stop.charAt(length) == c) {
        length++;
      }
      matchedLengths[s] = length;
      if (length == stop.length()) {
        complete = Math.max(complete, length);
      }
    }
    return complete;
  }

  private int longestPartial() {
    int longest = 0;
    for (int length : matchedLengths) {
      longest = Math.max(longest, length);
    }
    return longest;
  }

  private static int[] borders(String stop) {
    int[] border = new int[stop.length() + 1];
    int length = 0;
    for (int i = 1; i < stop.length(); i++) {
      while (length > 0 && stop.charAt(i) != stop.charAt(length)) {
        length = border[length];
      }
      if (stop.charAt(i) == stop.charAt(length)) {
        length++;
      }
      border[i + 1] = length;
    }
    return border;
  }
}
