package updraft.text;

import java.util.Arrays;

/** Token ids that are being collected. */
final class TokenList {
  private int[] tokens = new int[64];
  private int size;

  void add(int token) {
    reserve(1);
    tokens[size++] = token;
  }

  void addAll(int[] more) {
    reserve(more.length);
    System.arraycopy(more, 0, tokens, size, more.length);
    size += more.length;
  }

  int size() {
    return size;
  }

  int[] toArray() {
    return toArray(0);
  }

  /** The tokens from an index on. */
  int[] toArray(int from) {
    return Arrays.copyOfRange(tokens, from, size);
  }

  private void reserve(int more) {
    if (size + more > tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.max(size + more, tokens.length * 2));
    }
  }
}
