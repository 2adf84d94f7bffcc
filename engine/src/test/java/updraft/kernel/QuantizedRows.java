package updraft.kernel;

/** Activations' integers in order of columns, whichever kernels wrote them. */
final class QuantizedRows {
  private QuantizedRows() {}

  /** Those of Java's kernels where there are any but zeros, else those of native ones. */
  static byte[] of(Activations x) {
    byte[] bytes = new byte[4 * x.words.length];
    boolean pairs = false;
    for (int pair : x.pairs) {
      pairs |= pair != 0;
    }
    for (int k = 0; k < bytes.length; k++) {
      int t = 2 * (k / 4) + (k & 1);
      bytes[k] = (byte) (pairs ? x.pairs[t] >> 8 * (k & 2) : x.words[k / 4] >> 8 * (k % 4));
    }
    return bytes;
  }
}
