package updraft.sample;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds stop strings in text that arrives in pieces, and passes on what cannot be part of one.
 *
 * <p>The first stop string to end wins, and of several that end together the longest. Text before
 * it is passed on, it and what follows are not. Each character is looked at once by each stop
 * string's automaton (Knuth, Morris and Pratt 1977), so time is linear in the text. Not
 * thread-safe.
 */
public final class StopMatcher {
  private final String[] stops;

  /** By stop string and count of matched characters: how many stay matched on a mismatch. */
  private final int[][] fallbacks;

  /** By stop string: how many of its first characters the text so far ends with. */
  private final int[] counts;

  /** The end of the text that may be the start of a stop string. */
  private final StringBuilder held = new StringBuilder();

  private @Nullable String found;

  /**
   * @param stops none of them empty; may be none at all
   */
  public StopMatcher(List<String> stops) {
    this.stops = stops.toArray(String[]::new);
    fallbacks = new int[this.stops.length][];
    for (int s = 0; s < this.stops.length; s++) {
      if (this.stops[s].isEmpty()) {
        throw new IllegalArgumentException("stop must not hold an empty string");
      }
      fallbacks[s] = fallbacks(this.stops[s]);
    }
    counts = new int[this.stops.length];
  }

  /** The text that is safe to pass on now that this piece has come; may be empty. */
  public String append(String piece) {
    if (found != null) {
      return "";
    }
    if (stops.length == 0) {
      return piece;
    }
    for (int i = 0; i < piece.length(); i++) {
      held.append(piece.charAt(i));
      advance(piece.charAt(i));
      if (found != null) {
        return take(held.length() - found.length());
      }
    }
    int longest = 0;
    for (int count : counts) {
      longest = Math.max(longest, count);
    }
    return take(held.length() - longest);
  }

  /** The text held back, when nothing follows; empty after a stop string. */
  public String finish() {
    return found == null ? take(held.length()) : "";
  }

  /** Whether a stop string has been found: the answer ends. */
  public boolean matched() {
    return found != null;
  }

  private void advance(char c) {
    for (int s = 0; s < stops.length; s++) {
      String stop = stops[s];
      int count = counts[s];
      while (count > 0 && stop.charAt(count) != c) {
        count = fallbacks[s][count];
      }
      if (stop.charAt(count) == c) {
        count++;
      }
      counts[s] = count;
      if (count == stop.length() && (found == null || found.length() < count)) {
        found = stop;
      }
    }
  }

  private String take(int length) {
    if (length == 0) {
      return "";
    }
    String text = held.substring(0, length);
    held.delete(0, length);
    return text;
  }

  /** By length of a prefix: the longest shorter prefix that it ends with. */
  private static int[] fallbacks(String stop) {
    int[] fallbacks = new int[stop.length()];
    int count = 0;
    for (int length = 2; length < stop.length(); length++) {
      char last = stop.charAt(length - 1);
      while (count > 0 && stop.charAt(count) != last) {
        count = fallbacks[count];
      }
      if (stop.charAt(count) == last) {
        count++;
      }
      fallbacks[length] = count;
    }
    return fallbacks;
  }
}
