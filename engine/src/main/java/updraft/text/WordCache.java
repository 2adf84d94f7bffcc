package updraft.text;

import org.jspecify.annotations.Nullable;

/**
 * The tokens of words seen lately. Bounded: a word has one place, and takes it from the word
 * before.
 *
 * <p>Thread-safe without a lock: entries are immutable, so a reader sees a whole entry or none, and
 * a lost write costs a merge.
 */
final class WordCache {
  /** Longer words are rare, and would fill the memory of the cache with text. */
  static final int MAX_WORD = 32;

  private static final int PLACE_BITS = 13;

  private final @Nullable Entry[] entries = new @Nullable Entry[1 << PLACE_BITS];

  /** The tokens of a word, or null. The array is shared: read it only. */
  int @Nullable [] find(String text, int from, int end) {
    Entry entry = entries[place(text, from, end)];
    return entry != null && entry.holds(text, from, end) ? entry.tokens : null;
  }

  void keep(String text, int from, int end, int[] tokens) {
    entries[place(text, from, end)] = new Entry(text.substring(from, end), tokens);
  }

  private static int place(String text, int from, int end) {
    int hash = 0;
    for (int i = from; i < end; i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return (hash * 0x9E3779B9) >>> (32 - PLACE_BITS);
  }

  private static final class Entry {
    final String word;
    final int[] tokens;

    Entry(String word, int[] tokens) {
      this.word = word;
      this.tokens = tokens;
    }

    boolean holds(String text, int from, int end) {
      return word.length() == end - from && text.startsWith(word, from);
    }
  }
}
