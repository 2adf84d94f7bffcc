package updraft.text;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Tokens by the bytes they stand for, looked up in the middle of a buffer. Built by one thread,
 * then read by any number.
 */
final class ByteTable {
  static final int ABSENT = -1;

  private static final long SALT = new SplittableRandom().nextLong();
  private static final long FNV_PRIME = 0x100000001b3L;

  private final byte[][] keys;
  private final int[] tokens;
  private int longest;

  /**
   * @param capacity the most tokens that will be added
   */
  ByteTable(int capacity) {
    int slots = Integer.highestOneBit(Math.max(8, capacity)) << 2;
    keys = new byte[slots][];
    tokens = new int[slots];
    Arrays.fill(tokens, ABSENT);
  }

  /** Adds a token; the first of several with the same bytes stays. */
  void add(byte[] bytes, int token) {
    int slot = slot(bytes, 0, bytes.length);
    if (tokens[slot] == ABSENT) {
      keys[slot] = bytes;
      tokens[slot] = token;
      longest = Math.max(longest, bytes.length);
    }
  }

  /** The token of the bytes from an index up to another, or {@link #ABSENT}. */
  int find(byte[] buffer, int from, int end) {
    return end - from > longest ? ABSENT : tokens[slot(buffer, from, end)];
  }

  private int slot(byte[] buffer, int from, int end) {
    long hash = SALT;
    for (int i = from; i < end; i++) {
      hash = (hash ^ buffer[i]) * FNV_PRIME;
    }
    int mask = tokens.length - 1;
    int slot = (int) (hash ^ (hash >>> 32)) & mask;
    while (tokens[slot] != ABSENT
        && !Arrays.equals(keys[slot], 0, keys[slot].length, buffer, from, end)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
