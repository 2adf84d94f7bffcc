package updraft.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Finds the tokens that are taken out of a text as a whole before it is tokenized.
 *
 * <p>As in llama.cpp the longest spelling anywhere in the text goes first, and among spellings of
 * one length the leftmost. The spellings are sorted, and a match narrows their range by a character
 * at a time, so the time is linear in the text (times the length of the longest spelling at worst),
 * however many tokens there are.
 */
final class SpecialTokens {
  /** Far longer than any in use; bounds the time that a crafted vocabulary can take. */
  static final int MAX_CHARS = 512;

  private static final int[] NOTHING = {};
  private static final int NONE = -1;

  /** Sorted; a match is an index into these. */
  private final String[] spellings;

  private final int[] tokens;

  /** How many bytes of UTF-8 each spelling has. */
  private final int[] bytes;

  private final int mostBytes;

  /** The characters with which a spelling begins. */
  private final BitSet firstChars = new BitSet(1 << 16);

  SpecialTokens(Vocabulary vocabulary, IntPredicate wanted) {
    spellings =
        IntStream.range(0, vocabulary.size())
            .filter(wanted)
            .mapToObj(vocabulary::spelling)
            .filter(spelling -> !spelling.isEmpty())
            .sorted()
            .toArray(String[]::new);
    tokens = Arrays.stream(spellings).mapToInt(vocabulary::find).toArray();
    bytes = new int[spellings.length];
    for (int i = 0; i < spellings.length; i++) {
      if (spellings[i].length() > MAX_CHARS) {
        throw vocabulary.refuse(
            "a special token must have at most " + MAX_CHARS + " characters",
            "token=" + tokens[i] + ", characters=" + spellings[i].length());
      }
      bytes[i] = spellings[i].getBytes(StandardCharsets.UTF_8).length;
      firstChars.set(spellings[i].charAt(0));
    }
    mostBytes = Arrays.stream(bytes).max().orElse(0);
  }

  /**
   * The matches in a text, in order: start, end, token of the first, then of the second and so on.
   */
  int[] find(String text) {
    LongHeap matches = new LongHeap();
    for (int at = 0; at < text.length(); at++) {
      if (firstChars.get(text.charAt(at))) {
        offer(matches, longestAt(text, at, text.length()), at);
      }
    }
    return matches.isEmpty() ? NOTHING : choose(matches, text);
  }

  private int[] choose(LongHeap matches, String text) {
    BitSet taken = new BitSet(text.length());
    LongHeap chosen = new LongHeap();
    int count = 0;
    while (!matches.isEmpty()) {
      long best = matches.poll();
      int start = (int) best;
      int length = mostBytes - (int) (best >>> 32);
      int match = longestAt(text, start, freeEnd(taken, start, text.length(), length));
      if (match != NONE && bytes[match] == length) {
        taken.set(start, start + spellings[match].length());
        chosen.add(((long) start << 32) | match);
        count++;
      } else {
        offer(matches, match, start);
      }
    }
    int[] found = new int[3 * count];
    for (int i = 0; i < found.length; i += 3) {
      long next = chosen.poll();
      int match = (int) next;
      found[i] = (int) (next >>> 32);
      found[i + 1] = found[i] + spellings[match].length();
      found[i + 2] = tokens[match];
    }
    return found;
  }

  /** Queues a match, if it is one: longer spellings first, then by position. */
  private void offer(LongHeap matches, int match, int start) {
    if (match != NONE) {
      matches.add(((long) (mostBytes - bytes[match]) << 32) | start);
    }
  }

  /** How far a match of so many bytes can reach before text that is already taken. */
  private static int freeEnd(BitSet taken, int start, int textEnd, int bytes) {
    int limit = Math.min(textEnd, start + bytes);
    int end = start;
    while (end < limit && !taken.get(end)) {
      end++;
    }
    return end;
  }

  private int longestAt(String text, int start, int end) {
    int longest = NONE;
    int low = 0;
    int high = spellings.length;
    for (int depth = 0; start + depth < end; depth++) {
      char c = text.charAt(start + depth);
      low = firstNotBelow(c, depth, low, high);
      high = firstNotBelow(c + 1, depth, low, high);
      if (low == high) {
        break;
      }
      if (spellings[low].length() == depth + 1) {
        longest = low;
      }
    }
    return longest;
  }

  /** The first spelling of a range, equal up to a depth, whose char there is at least this one. */
  private int firstNotBelow(int c, int depth, int low, int high) {
    int from = low;
    int to = high;
    while (from < to) {
      int middle = (from + to) >>> 1;
      String spelling = spellings[middle];
      if (spelling.length() <= depth || spelling.charAt(depth) < c) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
