package updraft.sample;

import java.util.Arrays;

/**
 * How often each token of a history occurs, and how often of that in the answer. Open addressing
 * with linear probing over plain arrays; grows by doubling, never shrinks.
 */
final class TokenCounts {
  private static final int EMPTY = -1;

  private int[] tokens = new int[64];
  private int[] answerCounts = new int[64];
  private int size;

  TokenCounts() {
    Arrays.fill(tokens, EMPTY);
  }

  void addPrompt(int token) {
    slot(token);
  }

  void addAnswer(int token) {
    int place = slot(token); // first: it may put larger arrays in place
    answerCounts[place]++;
  }

  /** Places to look at, some of them empty. */
  int capacity() {
    return tokens.length;
  }

  /** The token at a place, or a negative number. */
  int token(int place) {
    return tokens[place];
  }

  /** Occurrences in the answer of the token at a place. */
  int answerCount(int place) {
    return answerCounts[place];
  }

  private int slot(int token) {
    int mask = tokens.length - 1;
    int place = hash(token) & mask;
    while (tokens[place] != EMPTY) {
      if (tokens[place] == token) {
        return place;
      }
      place = (place + 1) & mask;
    }
    if (2 * ++size > tokens.length) {
      grow();
      return slot(token);
    }
    tokens[place] = token;
    return place;
  }

  private void grow() {
    int[] oldTokens = tokens;
    int[] oldCounts = answerCounts;
    tokens = new int[oldTokens.length * 2];
    answerCounts = new int[oldTokens.length * 2];
    Arrays.fill(tokens, EMPTY);
    size = 0;
    for (int i = 0; i < oldTokens.length; i++) {
      if (oldTokens[i] != EMPTY) {
        answerCounts[slot(oldTokens[i])] = oldCounts[i];
      }
    }
  }

  private static int hash(int token) {
    int h = token * 0x9E3779B9;
    return h ^ (h >>> 16);
  }
}
