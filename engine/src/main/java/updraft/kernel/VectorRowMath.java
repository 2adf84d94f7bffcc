package updraft.kernel;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import updraft.model.PackedMatrix;

/**
 * {@link RowMath} on the Vector API; defined once per width, see {@link VectorWidths}. The 16
 * virtual lanes are one, two or four vectors.
 *
 * <p>C2 boxes vectors that are passed to or returned from a method that it does not inline, masks
 * from {@code indexInRange}, {@code reinterpretShape} to a part of a vector and {@code
 * convertShape} of shorts. So none of them is used: methods take and return arrays and scalars.
 */
final class VectorRowMath extends ScalarRowMath {
  private static final VectorSpecies<Float> F = VectorWidths.floats(MethodHandles.lookup());
  private static final VectorSpecies<Integer> I = VectorWidths.ints(MethodHandles.lookup());
  private static final int R = F.length();

  /** Lane i takes lane i ^ 8, 4, 2 or 1, where there are that many. */
  private static final VectorShuffle<Float> EIGHT = exchange(F, 8);

  private static final VectorShuffle<Float> FOUR = exchange(F, 4);
  private static final VectorShuffle<Float> TWO = exchange(F, 2);
  private static final VectorShuffle<Float> ONE = exchange(F, 1);
  private static final VectorShuffle<Integer> TWO_INTS = exchange(I, 2);

  /** The first two of each four lanes, twice over. */
  private static final VectorShuffle<Integer> FIRST_PAIRS =
      VectorShuffle.fromOp(I, i -> (4 * (i / 2) + i % 2) % R);

  private static final VectorMask<Integer> UPPER_HALF = VectorMask.fromLong(I, -1L << (R / 2));

  VectorRowMath() {}

  private static <T> VectorShuffle<T> exchange(VectorSpecies<T> species, int distance) {
    return VectorShuffle.fromOp(species, i -> distance < R ? i ^ distance : i);
  }

  @Override
  public void quantize(Activations x, int row, int firstBlock, int endBlock) {
    int blocks = x.columns / PackedMatrix.BLOCK;
    for (int block = firstBlock; block < endBlock; block++) {
      int from = row * x.columns + block * PackedMatrix.BLOCK;
      float max = largest(x.values, from);
      float scale = max < SMALLEST ? 0 : max / 127;
      int sum = pack(x.values, from, max < SMALLEST ? 0 : 127 / max, x.pairs);
      x.scales[row * blocks + block] = scale;
      x.sums[row * blocks + block] = scale * sum;
    }
  }

  /** The largest absolute value of a block. */
  private static float largest(float[] values, int from) {
    FloatVector max = FloatVector.zero(F);
    for (int k = 0; k < PackedMatrix.BLOCK; k += R) {
      max = max.max(FloatVector.fromArray(F, values, from + k).abs());
    }
    return max.reduceLanes(VectorOperators.MAX);
  }

  /**
   * Rounds a block and packs it as pairs of shorts: lanes 4j and 4j + 1 with those two further,
   * which fills half a vector. Returns the sum of the integers.
   */
  private static int pack(float[] values, int from, float inverse, int[] pairs) {
    IntVector sum = IntVector.zero(I);
    for (int k = from; k < from + PackedMatrix.BLOCK; k += 2 * R) {
      IntVector a =
          FloatVector.fromArray(F, values, k)
              .mul(inverse)
              .add(Exp.ROUNDER)
              .reinterpretAsInts()
              .sub(ROUNDER_BITS);
      IntVector b =
          FloatVector.fromArray(F, values, k + R)
              .mul(inverse)
              .add(Exp.ROUNDER)
              .reinterpretAsInts()
              .sub(ROUNDER_BITS);
      sum = sum.add(a).add(b);
      a = a.and(0xffff).or(a.rearrange(TWO_INTS).lanewise(VectorOperators.LSHL, 16));
      b = b.and(0xffff).or(b.rearrange(TWO_INTS).lanewise(VectorOperators.LSHL, 16));
      a.rearrange(FIRST_PAIRS).blend(b.rearrange(FIRST_PAIRS), UPPER_HALF).intoArray(pairs, k / 2);
    }
    return sum.reduceLanes(VectorOperators.ADD);
  }

  @Override
  public float rmsNorm(
      float[] x, int from, float[] weight, int n, float epsilon, float[] out, int to) {
    if (n % LANES != 0) {
      return super.rmsNorm(x, from, weight, n, epsilon, out, to);
    }
    float sum = sum(x, from, n, true);
    float factor = rmsFactor(sum, n, epsilon);
    for (int i = 0; i < n; i += R) {
      FloatVector.fromArray(F, x, from + i)
          .mul(factor)
          .mul(FloatVector.fromArray(F, weight, i))
          .intoArray(out, to + i);
    }
    return sum;
  }

  /** The sum of a multiple of 16 elements, or of their squares. */
  private static float sum(float[] x, int from, int n, boolean squares) {
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = from; i < from + n; i += LANES) {
      FloatVector v = FloatVector.fromArray(F, x, i);
      a = squares ? v.fma(v, a) : a.add(v);
      if (R <= 8) {
        v = FloatVector.fromArray(F, x, i + R);
        b = squares ? v.fma(v, b) : b.add(v);
      }
      if (R == 4) {
        v = FloatVector.fromArray(F, x, i + 2 * R);
        c = squares ? v.fma(v, c) : c.add(v);
        v = FloatVector.fromArray(F, x, i + 3 * R);
        d = squares ? v.fma(v, d) : d.add(v);
      }
    }
    // lane j with j + 8, then with j + 4, 2, 1
    FloatVector sum = R == 16 ? a : R == 8 ? a.add(b) : a.add(c).add(b.add(d));
    if (R == 16) {
      sum = sum.add(sum.rearrange(EIGHT));
    }
    if (R >= 8) {
      sum = sum.add(sum.rearrange(FOUR));
    }
    sum = sum.add(sum.rearrange(TWO));
    sum = sum.add(sum.rearrange(ONE));
    return sum.lane(0);
  }

  @Override
  public void add(float[] x, int from, float[] y, int yFrom, int n) {
    int i = 0;
    for (; i <= n - R; i += R) {
      FloatVector.fromArray(F, x, from + i)
          .add(FloatVector.fromArray(F, y, yFrom + i))
          .intoArray(x, from + i);
    }
    for (; i < n; i++) {
      x[from + i] += y[yFrom + i];
    }
  }

  @Override
  public void scale(float[] x, int from, int n, float factor) {
    int i = 0;
    for (; i <= n - R; i += R) {
      FloatVector.fromArray(F, x, from + i).mul(factor).intoArray(x, from + i);
    }
    for (; i < n; i++) {
      x[from + i] *= factor;
    }
  }

  @Override
  public void swiglu(
      float[] gate, int gateFrom, float[] up, int upFrom, int n, float[] out, int to) {
    int whole = n - n % R;
    exp(gate, gateFrom, whole, -1, 0, out, to);
    for (int i = 0; i < whole; i += R) {
      FloatVector.fromArray(F, gate, gateFrom + i)
          .div(FloatVector.fromArray(F, out, to + i).add(1f))
          .mul(FloatVector.fromArray(F, up, upFrom + i))
          .intoArray(out, to + i);
    }
    for (int i = whole; i < n; i++) {
      out[to + i] = silu(gate[gateFrom + i]) * up[upFrom + i];
    }
  }

  /** {@code out = e^(x × sign − shift)} of whole vectors: {@link Exp#exp}, step by step. */
  private static void exp(
      float[] x, int from, int n, float sign, float shift, float[] out, int to) {
    for (int i = 0; i < n; i += R) {
      FloatVector clamped =
          FloatVector.fromArray(F, x, from + i).mul(sign).sub(shift).max(Exp.LOW).min(Exp.HIGH);
      FloatVector shifted =
          clamped.fma(FloatVector.broadcast(F, Exp.LOG2_E), FloatVector.broadcast(F, Exp.ROUNDER));
      FloatVector whole = shifted.sub(Exp.ROUNDER);
      FloatVector r =
          whole.fma(
              FloatVector.broadcast(F, -Exp.LN2_LOW),
              whole.fma(FloatVector.broadcast(F, -Exp.LN2_HIGH), clamped));
      r.fma(FloatVector.broadcast(F, Exp.C6), FloatVector.broadcast(F, Exp.C5))
          .fma(r, FloatVector.broadcast(F, Exp.C4))
          .fma(r, FloatVector.broadcast(F, Exp.C3))
          .fma(r, FloatVector.broadcast(F, Exp.C2))
          .fma(r, FloatVector.broadcast(F, 1f))
          .fma(r, FloatVector.broadcast(F, 1f))
          .mul(
              shifted
                  .reinterpretAsInts()
                  .add(127)
                  .lanewise(VectorOperators.LSHL, 23)
                  .reinterpretAsFloats())
          .intoArray(out, to + i);
    }
  }

  @Override
  public float exponentials(float[] x, int from, int n) {
    float max = max(x, from, n);
    int padded = (n + LANES - 1) & -LANES;
    for (int i = n; i < padded; i++) {
      x[from + i] = max; // anything that exp does not trip over
    }
    exp(x, from, padded, 1, max, x, from);
    for (int i = n; i < padded; i++) {
      x[from + i] = 0;
    }
    return sum(x, from, padded, false);
  }

  private static float max(float[] x, int from, int n) {
    FloatVector best = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - R; i += R) {
      best = best.max(FloatVector.fromArray(F, x, from + i));
    }
    float max = best.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, x[from + i]);
    }
    return max;
  }

  @Override
  public void scores(
      float[] q, int qFrom, float[] keys, int headSize, float scale, float[] scores, int to) {
    for (int p = 0; p < LANES; p += R) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      FloatVector c = a;
      FloatVector d = a;
      int i = 0;
      for (; i + 4 <= headSize; i += 4) {
        int k = i * LANES + p;
        a = FloatVector.fromArray(F, keys, k).fma(FloatVector.broadcast(F, q[qFrom + i]), a);
        b =
            FloatVector.fromArray(F, keys, k + LANES)
                .fma(FloatVector.broadcast(F, q[qFrom + i + 1]), b);
        c =
            FloatVector.fromArray(F, keys, k + 2 * LANES)
                .fma(FloatVector.broadcast(F, q[qFrom + i + 2]), c);
        d =
            FloatVector.fromArray(F, keys, k + 3 * LANES)
                .fma(FloatVector.broadcast(F, q[qFrom + i + 3]), d);
      }
      if (i < headSize) {
        int k = i * LANES + p;
        a = FloatVector.fromArray(F, keys, k).fma(FloatVector.broadcast(F, q[qFrom + i]), a);
        b =
            FloatVector.fromArray(F, keys, k + LANES)
                .fma(FloatVector.broadcast(F, q[qFrom + i + 1]), b);
      }
      a.add(b).add(c.add(d)).mul(scale).intoArray(scores, to + p);
    }
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
    int i = 0;
    for (; i <= headSize - 4 * R; i += 4 * R) {
      FloatVector a = FloatVector.fromArray(F, out, to + i);
      FloatVector b = FloatVector.fromArray(F, out, to + i + R);
      FloatVector c = FloatVector.fromArray(F, out, to + i + 2 * R);
      FloatVector d = FloatVector.fromArray(F, out, to + i + 3 * R);
      for (int p = 0; p < positions; p++) {
        FloatVector w = FloatVector.broadcast(F, weights[weightsFrom + p]);
        int v = p * headSize + i;
        a = FloatVector.fromArray(F, values, v).fma(w, a);
        b = FloatVector.fromArray(F, values, v + R).fma(w, b);
        c = FloatVector.fromArray(F, values, v + 2 * R).fma(w, c);
        d = FloatVector.fromArray(F, values, v + 3 * R).fma(w, d);
      }
      a.intoArray(out, to + i);
      b.intoArray(out, to + i + R);
      c.intoArray(out, to + i + 2 * R);
      d.intoArray(out, to + i + 3 * R);
    }
    for (; i <= headSize - R; i += R) {
      FloatVector a = FloatVector.fromArray(F, out, to + i);
      for (int p = 0; p < positions; p++) {
        FloatVector w = FloatVector.broadcast(F, weights[weightsFrom + p]);
        a = FloatVector.fromArray(F, values, p * headSize + i).fma(w, a);
      }
      a.intoArray(out, to + i);
    }
    weighFrom(i, weights, weightsFrom, positions, values, headSize, out, to);
  }

  @Override
  public boolean finite(float[] x, int from, int n) {
    FloatVector zero = FloatVector.zero(F);
    FloatVector sum = zero;
    int i = 0;
    for (; i <= n - R; i += R) {
      sum = FloatVector.fromArray(F, x, from + i).fma(zero, sum);
    }
    float left = sum.reduceLanes(VectorOperators.ADD);
    for (; i < n; i++) {
      left = Math.fma(x[from + i], 0f, left);
    }
    return left == 0;
  }
}
