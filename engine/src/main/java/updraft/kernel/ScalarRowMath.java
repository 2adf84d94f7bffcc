package updraft.kernel;

import updraft.model.PackedMatrix;

/** {@link RowMath} without the Vector API: the twin that vectors are tested against. */
class ScalarRowMath implements RowMath {
  /**
   * Bits of {@link Exp#ROUNDER}: subtracted from a rounded float's bits, they leave the integer.
   */
  static final int ROUNDER_BITS = Float.floatToRawIntBits(Exp.ROUNDER);

  /** Blocks whose largest element is smaller count as zero: its inverse would overflow. */
  static final float SMALLEST = 1e-36f;

  ScalarRowMath() {}

  @Override
  public void quantize(Activations x, int row, int firstBlock, int endBlock) {
    int blocks = x.columns / PackedMatrix.BLOCK;
    for (int block = firstBlock; block < endBlock; block++) {
      int from = row * x.columns + block * PackedMatrix.BLOCK;
      float max = 0;
      for (int k = 0; k < PackedMatrix.BLOCK; k++) {
        max = Math.max(max, Math.abs(x.values[from + k]));
      }
      float scale = max < SMALLEST ? 0 : max / 127;
      float inverse = max < SMALLEST ? 0 : 127 / max;
      int sum = 0;
      for (int t = 0; t < PackedMatrix.BLOCK / 2; t++) {
        int k = from + 4 * (t / 2) + (t & 1);
        int low = round(x.values[k] * inverse);
        int high = round(x.values[k + 2] * inverse);
        sum += low + high;
        x.pairs[from / 2 + t] = (low & 0xffff) | (high << 16);
      }
      x.scales[row * blocks + block] = scale;
      x.sums[row * blocks + block] = scale * sum;
    }
  }

  /** To the nearest integer, halves to even; of a small float. */
  private static int round(float x) {
    return Float.floatToRawIntBits(x + Exp.ROUNDER) - ROUNDER_BITS;
  }

  @Override
  public float rmsNorm(
      float[] x, int from, float[] weight, int n, float epsilon, float[] out, int to) {
    float sum = sumOfSquares(x, from, n, 0, 1);
    float factor = rmsFactor(sum, n, epsilon);
    for (int i = 0; i < n; i++) {
      out[to + i] = x[from + i] * factor * weight[i];
    }
    return sum;
  }

  static float rmsFactor(float sumOfSquares, int n, float epsilon) {
    return 1 / (float) Math.sqrt(sumOfSquares / n + epsilon);
  }

  /**
   * Of the virtual lanes {@code lane}, {@code lane + distance}, …: pairwise, so that lane j meets j
   * + 8 first, then j + 4, 2, 1.
   */
  private static float sumOfSquares(float[] x, int from, int n, int lane, int distance) {
    if (distance < LANES) {
      return sumOfSquares(x, from, n, lane, 2 * distance)
          + sumOfSquares(x, from, n, lane + distance, 2 * distance);
    }
    float sum = 0;
    for (int i = from + lane; i < from + n; i += LANES) {
      sum = Math.fma(x[i], x[i], sum);
    }
    return sum;
  }

  @Override
  public void add(float[] x, int from, float[] y, int yFrom, int n) {
    for (int i = 0; i < n; i++) {
      x[from + i] += y[yFrom + i];
    }
  }

  @Override
  public void scale(float[] x, int from, int n, float factor) {
    for (int i = 0; i < n; i++) {
      x[from + i] *= factor;
    }
  }

  @Override
  public void swiglu(
      float[] gate, int gateFrom, float[] up, int upFrom, int n, float[] out, int to) {
    for (int i = 0; i < n; i++) {
      out[to + i] = silu(gate[gateFrom + i]) * up[upFrom + i];
    }
  }

  static float silu(float g) {
    return g / (Exp.exp(-g) + 1f);
  }

  @Override
  public void scores(
      float[] q, int qFrom, float[] keys, int headSize, float scale, float[] scores, int to) {
    for (int p = 0; p < LANES; p++) {
      float a = 0;
      float b = 0;
      float c = 0;
      float d = 0;
      int i = 0;
      for (; i + 4 <= headSize; i += 4) {
        int k = i * LANES + p;
        a = Math.fma(keys[k], q[qFrom + i], a);
        b = Math.fma(keys[k + LANES], q[qFrom + i + 1], b);
        c = Math.fma(keys[k + 2 * LANES], q[qFrom + i + 2], c);
        d = Math.fma(keys[k + 3 * LANES], q[qFrom + i + 3], d);
      }
      if (i < headSize) { // head sizes are even
        a = Math.fma(keys[i * LANES + p], q[qFrom + i], a);
        b = Math.fma(keys[(i + 1) * LANES + p], q[qFrom + i + 1], b);
      }
      scores[to + p] = ((a + b) + (c + d)) * scale;
    }
  }

  @Override
  public float exponentials(float[] x, int from, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + n; i++) {
      max = Math.max(max, x[i]);
    }
    for (int i = from; i < from + n; i++) {
      x[i] = Exp.exp(x[i] - max);
    }
    for (int i = n; i % LANES != 0; i++) {
      x[from + i] = 0;
    }
    return sum(x, from, n, 0, 1);
  }

  /** As {@link #sumOfSquares}, of the elements themselves. */
  private static float sum(float[] x, int from, int n, int lane, int distance) {
    if (distance < LANES) {
      return sum(x, from, n, lane, 2 * distance) + sum(x, from, n, lane + distance, 2 * distance);
    }
    float sum = 0;
    for (int i = from + lane; i < from + n; i += LANES) {
      sum += x[i];
    }
    return sum;
  }

  @Override
  public void weigh(
      float[] weights,
      int weightsFrom,
      int positions,
      float[] values,
      int headSize,
      float[] out,
      int to) {
    weighFrom(0, weights, weightsFrom, positions, values, headSize, out, to);
  }

  /** The elements {@code first} … {@code headSize-1} of a head. */
  static void weighFrom(
      int first,
      float[] weights,
      int weightsFrom,
      int positions,
      float[] values,
      int headSize,
      float[] out,
      int to) {
    for (int i = first; i < headSize; i++) {
      float sum = out[to + i];
      for (int p = 0; p < positions; p++) {
        sum = Math.fma(values[p * headSize + i], weights[weightsFrom + p], sum);
      }
      out[to + i] = sum;
    }
  }

  @Override
  public boolean finite(float[] x, int from, int n) {
    float sum = 0;
    for (int i = from; i < from + n; i++) {
      sum = Math.fma(x[i], 0f, sum);
    }
    return sum == 0;
  }
}
