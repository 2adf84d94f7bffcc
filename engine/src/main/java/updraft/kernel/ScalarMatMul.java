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
    for (int g = firstGroup; g < endGroup; g++) {
      for (int row = 0; row < rows; row++) {
        for (int lane = 0; lane < w.lanes(); lane++) {
          y[yOffset + row * yStride + g * w.lanes() + lane] =
              w.kind() == Kind.FLOAT ? floats(w, g, lane, x, row) : quants(w, g, lane, x, row);
        }
      }
    }
  }

  private static float floats(PackedMatrix w, int g, int lane, Activations x, int row) {
    float sum = 0;
    for (int k = 0; k < x.columns; k++) {
      sum =
          Math.fma(
              w.scales()[(g * x.columns + k) * w.lanes() + lane],
              x.values[row * x.columns + k],
              sum);
    }
    return sum;
  }

  private static float quants(PackedMatrix w, int g, int lane, Activations x, int row) {
    int blocks = w.blocks();
    float sum = 0;
    for (int block = 0; block < blocks; block++) {
      int at = g * blocks + block;
      int pairs = row * x.columns / 2 + block * PackedMatrix.BLOCK / 2;
      float scale = x.scales[row * blocks + block];
      if (w.kind() == Kind.Q8_HALVES) {
        for (int half = 0; half < 2; half++) {
          int dot = dot(w, at, lane, x, pairs, 8 * half, 8 * half + 8);
          sum = Math.fma(dot, w.scales()[(2 * at + half) * w.lanes() + lane] * scale, sum);
        }
        continue;
      }
      int dot = dot(w, at, lane, x, pairs, 0, 16);
      sum = Math.fma(dot, w.scales()[at * w.lanes() + lane] * scale, sum);
      if (w.mins() != null) {
        sum = Math.fma(w.mins()[at * w.lanes() + lane], x.sums[row * blocks + block], sum);
      }
    }
    return sum;
  }

  /** Over the pairs {@code from} … {@code end-1} of a block. */
  private static int dot(
      PackedMatrix w, int block, int lane, Activations x, int pairs, int from, int end) {
    int dot = 0;
    for (int t = from; t < end; t++) {
      int pair = x.pairs[pairs + t];
      int low;
      int high;
      if (w.kind() == Kind.Q4) {
        int word = w.quants()[(block * 4 + t / 4) * w.lanes() + lane] >>> (4 * (t % 4));
        low = word & 15;
        high = (word >>> 16) & 15;
      } else {
        int word = w.quants()[(block * 8 + t / 2) * w.lanes() + lane] >>> (8 * (t % 2));
        low = (byte) word;
        high = (byte) (word >>> 16);
      }
      dot += low * (short) pair + high * (pair >> 16);
    }
    return dot;
  }
}
