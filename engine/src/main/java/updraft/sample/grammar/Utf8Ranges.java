package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * Characters as sequences of ranges of bytes, after the algorithm of Russ Cox's RE2: a range of
 * characters is cut where the length of UTF-8 or a leading byte changes, until each piece is a
 * product of ranges of bytes.
 */
final class Utf8Ranges {
  /** Last character of 1, 2, 3 and 4 bytes. */
  private static final int[] LAST = {0x7F, 0x7FF, 0xFFFF, CodePoints.LAST};

  private Utf8Ranges() {}

  /** By alternative: the first and last byte at each place, alternating. */
  static List<int[]> of(CodePoints set) {
    List<int[]> alternatives = new ArrayList<>();
    for (CodePoints.Range range : set.ranges()) {
      int first = range.first();
      for (int length = 1; length <= LAST.length; length++) {
        int last = Math.min(range.last(), LAST[length - 1]);
        if (first <= last) {
          split(first, last, length, alternatives);
          first = last + 1;
        }
      }
    }
    return alternatives;
  }

  private static void split(int first, int last, int length, List<int[]> alternatives) {
    for (int i = 1; i < length; i++) {
      int low = (1 << (6 * i)) - 1; // what the last i bytes hold
      if ((first & ~low) != (last & ~low)) {
        if ((first & low) != 0) {
          split(first, first | low, length, alternatives);
          split((first | low) + 1, last, length, alternatives);
          return;
        }
        if ((last & low) != low) {
          split(first, (last & ~low) - 1, length, alternatives);
          split(last & ~low, last, length, alternatives);
          return;
        }
      }
    }
    int[] bytes = new int[2 * length];
    for (int i = 0; i < length; i++) {
      bytes[2 * i] = unit(first, i, length);
      bytes[2 * i + 1] = unit(last, i, length);
    }
    alternatives.add(bytes);
  }

  /** The i-th byte of a character's UTF-8. */
  private static int unit(int codePoint, int i, int length) {
    int bits = codePoint >>> (6 * (length - 1 - i));
    if (i > 0) {
      return 0x80 | (bits & 0x3F);
    }
    return length == 1 ? bits : (0xF00 >>> length & 0xFF) | bits;
  }
}
