package updraft.kernel;

import updraft.model.PackedMatrix;

/** {@link RowMath} without the Vector API: the twin that vectors are tested against. */
class ScalarRowMath implements RowMath {
  /**
   * Bits of {@link Exp#ROUNDER}: subtracted from a rounded float's bits, they leave the integer.
   */
  private static final int ROUNDER_BITS = Float.floatToRawIntBits(Exp.ROUNDER);

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
      float scale = max / 127;
      float inverse = max == 0 ? 0 : 127 / max;
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
    float[] lanes = new float[LANES];
    for (int i = 0; i < n; i++) {
      lanes[i % LANES] = Math.fma(x[from + i], x[from + i], lanes[i % LANES]);
    }
    float sum = pairwise(lanes);
    float factor = rmsFactor(sum, n, epsilon);
    for (int i = 0; i < n; i++) {
      out[to + i] = x[from + i] * factor * weight[i];
    }
    return sum;
  }

  static float rmsFactor(float sumOfSquares, int n, float epsilon) {
    return 1 / (float) Math.sqrt(sumOfSquares / n + epsilon);
  }

  private static float pairwise(float[] lanes) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
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
  public float exponentials(float[] x, int n) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[i]);
    }
    float[] lanes = new float[LANES];
    int padded = (n + LANES - 1) & -LANES;
    for (int i = 0; i < padded; i++) {
      x[i] = Exp.exp(i < n ? x[i] - max : Float.NEGATIVE_INFINITY);
      lanes[i % LANES] += x[i];
    }
    return pairwise(lanes);
  }

  @Override
  public void scores(
      float[] q,
      int qFrom,
      float[] keys,
      int keysFrom,
      int headSize,
      float scale,
      float[] scores,
      int to) {
    for (int p = 0; p < LANES; p++) {
      scores[to + p] = score(q, qFrom, keys, keysFrom + p, headSize, scale);
    }
  }

  @Override
  public void scores(
      float[] q,
      int qFrom,
      short[] keys,
      int keysFrom,
      int headSize,
      float scale,
      float[] scores,
      int to) {
    for (int p = 0; p < LANES; p++) {
      scores[to + p] = score(q, qFrom, keys, keysFrom + p, headSize, scale);
    }
  }

  @Override
  public float score(float[] q, int qFrom, float[] keys, int keysFrom, int headSize, float scale) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i < headSize; i += 4) {
      int k = keysFrom + i * LANES;
      a = Math.fma(keys[k], q[qFrom + i], a);
      b = Math.fma(keys[k + LANES], q[qFrom + i + 1], b);
      c = Math.fma(keys[k + 2 * LANES], q[qFrom + i + 2], c);
      d = Math.fma(keys[k + 3 * LANES], q[qFrom + i + 3], d);
    }
    return ((a + b) + (c + d)) * scale;
  }

  @Override
  public float score(float[] q, int qFrom, short[] keys, int keysFrom, int headSize, float scale) {
    float a = 0;
    float b = 0;
    float c = 0;
    float d = 0;
    for (int i = 0; i < headSize; i += 4) {
      int k = keysFrom + i * LANES;
      a = Math.fma(Float.float16ToFloat(keys[k]), q[qFrom + i], a);
      b = Math.fma(Float.float16ToFloat(keys[k + LANES]), q[qFrom + i + 1], b);
      c = Math.fma(Float.float16ToFloat(keys[k + 2 * LANES]), q[qFrom + i + 2], c);
      d = Math.fma(Float.float16ToFloat(keys[k + 3 * LANES]), q[qFrom + i + 3], d);
    }
    return ((a + b) + (c + d)) * scale;
  }

  @Override
  public void weigh(
      float[] weights,
      int weightsFrom,
      int positions,
      float[] values,
      int valuesFrom,
      int stride,
      int headSize,
      float[] out,
      int to) {
    weighTail(weights, weightsFrom, positions, values, valuesFrom, stride, 0, headSize, out, to);
  }

  @Override
  public void weigh(
      float[] weights,
      int weightsFrom,
      int positions,
      short[] values,
      int valuesFrom,
      int stride,
      int headSize,
      float[] out,
      int to) {
    weighTail(weights, weightsFrom, positions, values, valuesFrom, stride, 0, headSize, out, to);
  }

  /** Elements {@code first} … {@code headSize-1} of a head. */
  static void weighTail(
      float[] weights,
      int weightsFrom,
      int positions,
      float[] values,
      int valuesFrom,
      int stride,
      int first,
      int headSize,
      float[] out,
      int to) {
    for (int i = first; i < headSize; i++) {
      float sum = out[to + i];
      for (int p = 0; p < positions; p++) {
        sum = Math.fma(values[valuesFrom + p * stride + i], weights[weightsFrom + p], sum);
      }
      out[to + i] = sum;
    }
  }

  static void weighTail(
      float[] weights,
      int weightsFrom,
      int positions,
      short[] values,
      int valuesFrom,
      int stride,
      int first,
      int headSize,
      float[] out,
      int to) {
    for (int i = first; i < headSize; i++) {
      float sum = out[to + i];
      for (int p = 0; p < positions; p++) {
        sum =
            Math.fma(
                Float.float16ToFloat(values[valuesFrom + p * stride + i]),
                weights[weightsFrom + p],
                sum);
      }
      out[to + i] = sum;
    }
  }

  @Override
  public boolean finite(float[] x, int from, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum = Math.fma(x[from + i], 0f, sum);
    }
    return sum == 0;
  }
}
