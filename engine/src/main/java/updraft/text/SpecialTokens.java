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
 * one length the leftmost. A trie finds matches in time linear in the text (times the length of the
 * longest spelling at worst), however many tokens there are.
 */
final class SpecialTokens {
  private static final int[] NOTHING = {};
  private static final int NONE = -1;

  /** The child of a node by a character, keyed by both; node 0 is the root. */
  private final LongMap children = new LongMap(64);

  /** The index of the spelling that ends at a node, or {@link #NONE}. */
  private int[] endsAt = {NONE};

  private int nodes = 1;

  /** The characters with which a spelling begins. */
  private final BitSet firstChars = new BitSet(1 << 16);

  /** The tokens, by index. */
  private final int[] tokens;

  /** How many chars and how many bytes of UTF-8 each spelling has. */
  private final int[] chars;

  private final int[] bytes;
  private int mostBytes;

  SpecialTokens(Vocabulary vocabulary, IntPredicate wanted) {
    tokens =
        IntStream.range(0, vocabulary.size())
            .filter(token -> wanted.test(token) && !vocabulary.spelling(token).isEmpty())
            .toArray();
    chars = new int[tokens.length];
    bytes = new int[tokens.length];
    for (int i = 0; i < tokens.length; i++) {
      String spelling = vocabulary.spelling(tokens[i]);
      chars[i] = spelling.length();
      bytes[i] = spelling.getBytes(StandardCharsets.UTF_8).length;
      mostBytes = Math.max(mostBytes, bytes[i]);
      insert(i, spelling);
    }
  }

  private void insert(int index, String spelling) {
    firstChars.set(spelling.charAt(0));
    int node = 0;
    for (int i = 0; i < spelling.length(); i++) {
      long edge = edge(node, spelling.charAt(i));
      if (children.putIfAbsent(edge, nodes)) {
        if (nodes == endsAt.length) {
          endsAt = Arrays.copyOf(endsAt, nodes * 2);
        }
        endsAt[nodes++] = NONE;
      }
      node = (int) children.get(edge);
    }
    endsAt[node] = index;
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
        taken.set(start, start + chars[match]);
        chosen.add((long) start << 32 | match);
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
      found[i + 1] = found[i] + chars[match];
      found[i + 2] = tokens[match];
    }
    return found;
  }

  /** Queues a match, if it is one: longer spellings first, then by position. */
  private void offer(LongHeap matches, int match, int start) {
    if (match != NONE) {
      matches.add((long) (mostBytes - bytes[match]) << 32 | start);
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
    int node = 0;
    for (int at = start; at < end; at++) {
      node = (int) children.get(edge(node, text.charAt(at)));
      if (node < 0) {
        break;
      }
      if (endsAt[node] != NONE) {
        longest = endsAt[node];
      }
    }
    return longest;
  }

  private static long edge(int node, char c) {
    return (long) node << 16 | c;
  }
}
