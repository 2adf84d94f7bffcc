package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers between bounds, as their digits: alternatives of common prefixes and free rests. */
final class NumberRules {
  private static final int MOST_DIGITS = 18;
  private static final String NEVER = "[]";

  private NumberRules() {}

  /**
   * Integers in a range.
   *
   * @param low included, or null for none
   * @param high included, or null for none
   */
  static String integers(@Nullable Long low, @Nullable Long high) {
    List<String> ways = new ArrayList<>();
    if (low == null || low < 0) {
      long nearest = high == null || high > -1 ? 1 : -high;
      add(ways, "\"-\" ", naturals(nearest, low == null ? null : -low));
    }
    if (high == null || high >= 0) {
      add(ways, "", naturals(low == null ? 0 : Math.max(0, low), high));
    }
    return choice(ways);
  }

  /** Numbers without exponents in a range of integer bounds, each in the range or not. */
  static String numbers(
      @Nullable Long low, boolean lowOpen, @Nullable Long high, boolean highOpen) {
    List<String> ways = new ArrayList<>();
    if (low == null || low < 0) {
      long nearest = high == null || high >= 0 ? 0 : -high;
      boolean nearestOpen = high != null && highOpen && high <= 0;
      add(ways, "\"-\" ", positive(nearest, nearestOpen, low == null ? null : -low, lowOpen));
    }
    if (high == null || high >= 0) {
      long nearest = low == null || low < 0 ? 0 : low;
      boolean nearestOpen = low != null && low >= 0 && lowOpen;
      add(ways, "", positive(nearest, nearestOpen, high, highOpen));
    }
    return choice(ways);
  }

  private static String positive(long low, boolean lowOpen, @Nullable Long high, boolean highOpen) {
    List<String> ways = new ArrayList<>();
    String fraction = " (\".\" [0-9]{1,16})?";
    if (high == null || low < high) {
      String least = Gbnf.literal(Long.toString(low));
      ways.add(lowOpen ? least + " \".\" \"0\"{0,15} [1-9] [0-9]{0,15}" : least + fraction);
      add(ways, "", naturals(low + 1, high == null ? null : high - 1), fraction);
    }
    if (high != null && !highOpen && (low < high || (low == high && !lowOpen))) {
      ways.add(Gbnf.literal(Long.toString(high)) + " (\".\" \"0\"{1,16})?");
    }
    return choice(ways);
  }

  private static void add(List<String> ways, String sign, String digits) {
    add(ways, sign, digits, "");
  }

  private static void add(List<String> ways, String sign, String digits, String fraction) {
    if (!digits.equals(NEVER)) {
      ways.add(sign + digits + fraction);
    }
  }

  private static String choice(List<String> ways) {
    return ways.isEmpty() ? NEVER : "(" + String.join(" | ", ways) + ")";
  }

  /** Integers in a range, 0 or more. */
  private static String naturals(long low, @Nullable Long high) {
    List<String> ways = new ArrayList<>();
    String least = Long.toString(low);
    int most = high == null ? least.length() : Long.toString(high).length();
    for (int length = least.length(); length <= most; length++) {
      String from = length == least.length() ? least : "1" + "0".repeat(length - 1);
      String to = high != null && length == most ? Long.toString(high) : "9".repeat(length);
      if (from.compareTo(to) <= 0) {
        ways.add(digits(from, to));
      }
    }
    if (high == null && least.length() < MOST_DIGITS) {
      ways.add("[1-9] [0-9]{" + least.length() + "," + (MOST_DIGITS - 1) + "}");
    }
    return choice(ways);
  }

  /** The texts between two of the same length. */
  private static String digits(String from, String to) {
    if (from.isEmpty()) {
      return "\"\"";
    }
    int rest = from.length() - 1;
    if (from.equals("0".repeat(rest + 1)) && to.equals("9".repeat(rest + 1))) {
      return "[0-9]{" + (rest + 1) + "}";
    }
    char first = from.charAt(0);
    char last = to.charAt(0);
    if (first == last) {
      return "\"" + first + "\" " + digits(from.substring(1), to.substring(1));
    }
    List<String> ways = new ArrayList<>();
    ways.add("\"" + first + "\" " + digits(from.substring(1), "9".repeat(rest)));
    if (last - first > 1) {
      ways.add("[" + (char) (first + 1) + "-" + (char) (last - 1) + "] [0-9]{" + rest + "}");
    }
    ways.add("\"" + last + "\" " + digits("0".repeat(rest), to.substring(1)));
    return choice(ways);
  }
}
