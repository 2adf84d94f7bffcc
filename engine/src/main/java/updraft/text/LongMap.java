package updraft.text;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Longs to non-negative longs, by open addressing. Built by one thread, then read by any number.
 *
 * <p>The hash is salted per process, so that a crafted file cannot make every key collide.
 */
final class LongMap {
  static final long ABSENT = -1;

  private static final long SALT = new SplittableRandom().nextLong();

  private long[] keys;
  private long[] values;
  private int size;

  LongMap(int expectedSize) {
    int capacity = Integer.highestOneBit(Math.max(8, expectedSize)) << 2;
    keys = new long[capacity];
    values = new long[capacity];
    Arrays.fill(values, ABSENT);
  }

  /** The value of a key, or {@link #ABSENT}. */
  long get(long key) {
    return values[slot(key)];
  }

  /** Keeps the value that a key already has; says whether the key was new. */
  boolean putIfAbsent(long key, long value) {
    int slot = slot(key);
    if (values[slot] != ABSENT) {
      return false;
    }
    keys[slot] = key;
    values[slot] = value;
    if (++size * 2 > keys.length) {
      grow();
    }
    return true;
  }

  private void grow() {
    long[] oldKeys = keys;
    long[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new long[keys.length];
    Arrays.fill(values, ABSENT);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != ABSENT) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) mix(key ^ SALT) & mask;
    while (values[slot] != ABSENT && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** The finaliser of MurmurHash3. */
  private static long mix(long x) {
    x = (x ^ (x >>> 33)) * 0xff51afd7ed558ccdL;
    x = (x ^ (x >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return x ^ (x >>> 33);
  }
}
