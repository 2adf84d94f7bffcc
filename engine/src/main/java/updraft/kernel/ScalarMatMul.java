package updraft.kernel;

import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/** {@link MatMul} without the Vector API: the twin that vectors are tested against. */
final class ScalarMatMul implements MatMul {

  @Override
  public void multiply(
      PackedMatrix w,
      int firstGroup,
      int endGroup,
      Activations x,
      int rows,
      float[] y,
      int yOffset,
      int yStride) {
    int lanes = w.lanes();
    int groupWords = w.blocks() * w.kind().words() * lanes;
    for (int g = firstGroup; g < endGroup; g++) {
      for (int row = 0; row < rows; row++) {
        for (int lane = 0; lane < lanes; lane++) {
          int at = g * groupWords + lane;
          y[yOffset + row * yStride + g * lanes + lane] =
              w.kind().isFloat() ? floats(w, at, x, row) : integers(w, at, x, row);
        }
      }
    }
  }

  /**
   * @param at the first word of a row of weights
   */
  private static float floats(PackedMatrix w, int at, Activations x, int row) {
    float sum = 0;
    for (int k = 0; k < x.columns; k++) {
      int word = w.words()[at + k / w.kind().columns() * w.lanes()];
      float weight =
          switch (w.kind()) {
            case F16 -> Float.float16ToFloat((short) (k % 2 == 0 ? word : word >> 16));
            case BF16 -> Float.intBitsToFloat(k % 2 == 0 ? word << 16 : word & 0xffff0000);
            default -> Float.intBitsToFloat(word);
          };
      sum = Math.fma(weight, x.values[row * x.columns + k], sum);
    }
    return sum;
  }

  private static float integers(PackedMatrix w, int start, Activations x, int row) {
    Kind kind = w.kind();
    int pairsPerBlock = kind.columns() / 2;
    int at = start;
    float sum = 0;
    for (int block = 0; block < w.blocks(); block++) {
      int dot = 0;
      for (int t = 0; t < pairsPerBlock; t++) {
        int pair = x.pairs[row * x.columns / 2 + block * pairsPerBlock + t];
        dot +=
            kind == Kind.Q4 || kind == Kind.Q4_WIDE
                ? nibbles(w.words()[at + t / 4 * w.lanes()] >>> (t % 4 / 2 * 4 + t % 2 * 8), pair)
                : bytes(w.words()[at + t / 2 * w.lanes()] >>> (8 * (t % 2)), pair);
      }
      int scaleAt = at + kind.quantWords() * w.lanes();
      int xBlock = (row * x.columns + block * kind.columns()) / PackedMatrix.BLOCK;
      sum = Math.fma(dot, scale(w, scaleAt) * x.scales[xBlock], sum);
      if (hasMin(kind)) {
        sum = Math.fma(min(w, scaleAt), x.sums[xBlock], sum);
      }
      at += kind.words() * w.lanes();
    }
    return sum;
  }

  private static int nibbles(int weights, int pair) {
    return (weights & 15) * (short) pair + (weights >>> 16 & 15) * (pair >> 16);
  }

  private static int bytes(int weights, int pair) {
    return (byte) weights * (short) pair + (byte) (weights >> 16) * (pair >> 16);
  }

  private static boolean hasMin(Kind kind) {
    return kind == Kind.Q4 || kind == Kind.Q4_WIDE || kind == Kind.Q8_MIN;
  }

  private static float scale(PackedMatrix w, int at) {
    int word = w.words()[at];
    return w.kind() == Kind.Q4 ? Float.float16ToFloat((short) word) : Float.intBitsToFloat(word);
  }

  private static float min(PackedMatrix w, int scaleAt) {
    return w.kind() == Kind.Q4
        ? Float.float16ToFloat((short) (w.words()[scaleAt] >> 16))
        : Float.intBitsToFloat(w.words()[scaleAt + w.lanes()]);
  }
}
