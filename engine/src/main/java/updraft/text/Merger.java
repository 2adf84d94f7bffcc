package updraft.text;

import java.util.Arrays;

/**
 * Joins neighbouring symbols, the best pair first, until none can be joined: the loop that
 * byte-pair encoding and SentencePiece share. O(n log n) for n symbols.
 *
 * <p>Symbols form a linked list; a queue holds the pairs that can be joined, keyed by rank, then by
 * position. An entry of the queue is out of date when the pair at its position no longer has its
 * rank. Not thread-safe; one serves a whole text.
 */
abstract class Merger {
  /** A symbol that is no token by itself. */
  static final int NO_TOKEN = -1;

  /** A symbol that became part of its left neighbour. */
  private static final int JOINED = -2;

  private static final int NONE = -1;

  /** The token of each symbol, {@link #NO_TOKEN}, or {@code JOINED}. */
  private int[] token = new int[64];

  /** The byte at which each symbol begins. */
  private int[] begin = new int[64];

  private int[] next = new int[64];
  private int[] previous = new int[64];
  private final LongHeap queue = new LongHeap();
  private int count;
  private int end;

  /**
   * What two neighbours become: the rank of the join (least first) above 32 bits of the token, or a
   * negative number when they stay apart.
   *
   * @param begin the first byte of the left symbol
   * @param end the byte past the right symbol
   */
  abstract long join(int leftToken, int rightToken, int begin, int end);

  /** Takes a symbol of the result: its token or {@link #NO_TOKEN}, and its bytes. */
  abstract void accept(int token, int begin, int end);

  final void clear() {
    count = 0;
  }

  /** Appends a symbol. */
  final void add(int symbolToken, int symbolBegin) {
    if (count == token.length) {
      token = Arrays.copyOf(token, count * 2);
      begin = Arrays.copyOf(begin, count * 2);
      next = Arrays.copyOf(next, count * 2);
      previous = Arrays.copyOf(previous, count * 2);
    }
    token[count] = symbolToken;
    begin[count] = symbolBegin;
    previous[count] = count - 1;
    next[count] = count + 1;
    count++;
  }

  /**
   * Joins what was added since {@link #clear} and hands the result to {@link #accept}, in order.
   */
  final void merge(int bytes) {
    if (count == 0) {
      return;
    }
    end = bytes;
    next[count - 1] = NONE;
    for (int left = 0; left < count - 1; left++) {
      enqueue(left);
    }
    while (!queue.isEmpty()) {
      long best = queue.poll();
      int left = (int) best;
      long joined = token[left] == JOINED ? NONE : joinAt(left);
      if (joined >= 0 && joined >>> 32 == best >>> 32) {
        replace(left, (int) joined);
      }
    }
    for (int i = 0; i != NONE; i = next[i]) {
      accept(token[i], begin[i], endOf(i));
    }
  }

  private void replace(int left, int joinedToken) {
    int right = next[left];
    token[left] = joinedToken;
    token[right] = JOINED;
    next[left] = next[right];
    if (next[right] != NONE) {
      previous[next[right]] = left;
    }
    if (previous[left] != NONE) {
      enqueue(previous[left]);
    }
    enqueue(left);
  }

  private void enqueue(int left) {
    long joined = joinAt(left);
    if (joined >= 0) {
      queue.add((joined & 0xFFFF_FFFF_0000_0000L) | left);
    }
  }

  private long joinAt(int left) {
    int right = next[left];
    return right == NONE ? NONE : join(token[left], token[right], begin[left], endOf(right));
  }

  private int endOf(int symbol) {
    return next[symbol] == NONE ? end : begin[next[symbol]];
  }
}
