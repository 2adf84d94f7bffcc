package updraft.kernel;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** {@link RowMath} on the Vector API; defined once per width, see {@link VectorWidths}. */
final class VectorRowMath extends ScalarRowMath {
  private static final VectorSpecies<Float> F = VectorWidths.floats(MethodHandles.lookup());
  private static final VectorSpecies<Integer> I = VectorWidths.ints(MethodHandles.lookup());
  private static final VectorSpecies<Short> H = VectorWidths.halfShorts(MethodHandles.lookup());
  private static final int R = F.length();
  private static final VectorShuffle<Float> BY_8 = exchange(8);
  private static final VectorShuffle<Float> BY_4 = exchange(4);
  private static final VectorShuffle<Float> BY_2 = exchange(2);
  private static final VectorShuffle<Float> BY_1 = exchange(1);

  /** 2^112: makes a half's exponent, moved into place, a float's. */
  private static final float HALF_SCALE = 0x1p112f;

  private static final int HALF_MASK = 0x8fffe000;

  VectorRowMath() {}

  @Override
  public float rmsNorm(
      float[] x, int from, float[] weight, int n, float epsilon, float[] out, int to) {
    float sum = sumOfSquares(x, from, n);
    float factor = rmsFactor(sum, n, epsilon);
    int i = 0;
    for (; i <= n - R; i += R) {
      FloatVector.fromArray(F, x, from + i)
          .mul(factor)
          .mul(FloatVector.fromArray(F, weight, i))
          .intoArray(out, to + i);
    }
    for (; i < n; i++) {
      out[to + i] = x[from + i] * factor * weight[i];
    }
    return sum;
  }

  private static float sumOfSquares(float[] x, int from, int n) {
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(F, x, from + i);
      a = v.fma(v, a);
      if (R <= 8) {
        v = FloatVector.fromArray(F, x, from + i + R);
        b = v.fma(v, b);
      }
      if (R == 4) {
        v = FloatVector.fromArray(F, x, from + i + 2 * R);
        c = v.fma(v, c);
        v = FloatVector.fromArray(F, x, from + i + 3 * R);
        d = v.fma(v, d);
      }
    }
    if (i < n) {
      FloatVector v = tail(x, from, i, n);
      a = v.fma(v, a);
      if (R <= 8) {
        v = tail(x, from, i + R, n);
        b = v.fma(v, b);
      }
      if (R == 4) {
        v = tail(x, from, i + 2 * R, n);
        c = v.fma(v, c);
        v = tail(x, from, i + 3 * R, n);
        d = v.fma(v, d);
      }
    }
    return pairwise(a, b, c, d);
  }

  /** A vector whose elements from n on are zero. */
  private static FloatVector tail(float[] x, int from, int i, int n) {
    return i >= n
        ? FloatVector.zero(F)
        : FloatVector.fromArray(F, x, from + i, F.indexInRange(i, n));
  }

  /**
   * The sum of 16 lanes that lie in one, two or four vectors: j with j + 8, then + 4, 2, 1. Each
   * step adds a vector to itself with lanes exchanged, which adds the same pairs.
   */
  private static float pairwise(FloatVector a, FloatVector b, FloatVector c, FloatVector d) {
    FloatVector v = R == 16 ? a : R == 8 ? a.add(b) : a.add(c).add(b.add(d));
    if (R == 16) {
      v = v.add(v.rearrange(BY_8));
    }
    if (R >= 8) {
      v = v.add(v.rearrange(BY_4));
    }
    v = v.add(v.rearrange(BY_2));
    v = v.add(v.rearrange(BY_1));
    return v.lane(0);
  }

  /** Exchanges lane j with lane j ^ distance. */
  private static VectorShuffle<Float> exchange(int distance) {
    int[] source = new int[R];
    for (int lane = 0; lane < R; lane++) {
      source[lane] = distance < R ? lane ^ distance : lane;
    }
    return VectorShuffle.fromArray(F, source, 0);
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
    int i = 0;
    for (; i <= n - R; i += R) {
      FloatVector g = FloatVector.fromArray(F, gate, gateFrom + i);
      g.div(exp(g.neg()).add(1f))
          .mul(FloatVector.fromArray(F, up, upFrom + i))
          .intoArray(out, to + i);
    }
    for (; i < n; i++) {
      out[to + i] = silu(gate[gateFrom + i]) * up[upFrom + i];
    }
  }

  /** {@link Exp#exp}, step by step. */
  private static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.max(Exp.LOW).min(Exp.HIGH);
    FloatVector n =
        clamped
            .fma(FloatVector.broadcast(F, Exp.LOG2_E), FloatVector.broadcast(F, Exp.ROUNDER))
            .sub(Exp.ROUNDER);
    FloatVector r =
        n.fma(
            FloatVector.broadcast(F, -Exp.LN2_LOW),
            n.fma(FloatVector.broadcast(F, -Exp.LN2_HIGH), clamped));
    FloatVector p = r.fma(FloatVector.broadcast(F, Exp.C6), FloatVector.broadcast(F, Exp.C5));
    p = p.fma(r, FloatVector.broadcast(F, Exp.C4));
    p = p.fma(r, FloatVector.broadcast(F, Exp.C3));
    p = p.fma(r, FloatVector.broadcast(F, Exp.C2));
    p = p.fma(r, FloatVector.broadcast(F, 1f));
    p = p.fma(r, FloatVector.broadcast(F, 1f));
    IntVector exponent =
        ((IntVector) n.convert(VectorOperators.F2I, 0)).add(127).lanewise(VectorOperators.LSHL, 23);
    return p.mul(exponent.reinterpretAsFloats());
  }

  @Override
  public float exponentials(float[] x, int n) {
    float max = max(x, n);
    int padded = (n + LANES - 1) & -LANES;
    for (int i = n; i < padded; i++) {
      x[i] = Float.NEGATIVE_INFINITY;
    }
    for (int i = 0; i < padded; i += R) {
      exp(FloatVector.fromArray(F, x, i).sub(max)).intoArray(x, i);
    }
    FloatVector a = FloatVector.zero(F);
    FloatVector b = a;
    FloatVector c = a;
    FloatVector d = a;
    for (int i = 0; i < padded; i += LANES) {
      a = a.add(FloatVector.fromArray(F, x, i));
      if (R <= 8) {
        b = b.add(FloatVector.fromArray(F, x, i + R));
      }
      if (R == 4) {
        c = c.add(FloatVector.fromArray(F, x, i + 2 * R));
        d = d.add(FloatVector.fromArray(F, x, i + 3 * R));
      }
    }
    return pairwise(a, b, c, d);
  }

  private static float max(float[] x, int n) {
    FloatVector best = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    int i = 0;
    for (; i <= n - R; i += R) {
      best = best.max(FloatVector.fromArray(F, x, i));
    }
    float max = best.reduceLanes(VectorOperators.MAX);
    for (; i < n; i++) {
      max = Math.max(max, x[i]);
    }
    return max;
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
    for (int p = 0; p < LANES; p += R) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      FloatVector c = a;
      FloatVector d = a;
      for (int i = 0; i < headSize; i += 4) {
        int k = keysFrom + i * LANES + p;
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
      a.add(b).add(c.add(d)).mul(scale).intoArray(scores, to + p);
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
    for (int p = 0; p < LANES; p += R) {
      FloatVector a = FloatVector.zero(F);
      FloatVector b = a;
      FloatVector c = a;
      FloatVector d = a;
      for (int i = 0; i < headSize; i += 4) {
        int k = keysFrom + i * LANES + p;
        a = widen(keys, k).fma(FloatVector.broadcast(F, q[qFrom + i]), a);
        b = widen(keys, k + LANES).fma(FloatVector.broadcast(F, q[qFrom + i + 1]), b);
        c = widen(keys, k + 2 * LANES).fma(FloatVector.broadcast(F, q[qFrom + i + 2]), c);
        d = widen(keys, k + 3 * LANES).fma(FloatVector.broadcast(F, q[qFrom + i + 3]), d);
      }
      a.add(b).add(c.add(d)).mul(scale).intoArray(scores, to + p);
    }
  }

  /**
   * 16-bit floats as floats, exactly; infinities and NaNs, which are never stored, aside. Sign,
   * exponent and fraction are moved into place at once (VPMOVSXWD, VPSLLD, VPANDD), then the
   * exponent's bias is put right by a product.
   */
  private static FloatVector widen(short[] halves, int from) {
    return ((IntVector)
            ShortVector.fromArray(H, halves, from).convertShape(VectorOperators.S2I, I, 0))
        .lanewise(VectorOperators.LSHL, 13)
        .and(HALF_MASK)
        .reinterpretAsFloats()
        .mul(HALF_SCALE);
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
    int i = 0;
    for (; i <= headSize - 4 * R; i += 4 * R) {
      FloatVector a = FloatVector.fromArray(F, out, to + i);
      FloatVector b = FloatVector.fromArray(F, out, to + i + R);
      FloatVector c = FloatVector.fromArray(F, out, to + i + 2 * R);
      FloatVector d = FloatVector.fromArray(F, out, to + i + 3 * R);
      for (int p = 0; p < positions; p++) {
        FloatVector w = FloatVector.broadcast(F, weights[weightsFrom + p]);
        int v = valuesFrom + p * stride + i;
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
    weighTail(weights, weightsFrom, positions, values, valuesFrom, stride, i, headSize, out, to);
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
    int i = 0;
    for (; i <= headSize - 4 * R; i += 4 * R) {
      FloatVector a = FloatVector.fromArray(F, out, to + i);
      FloatVector b = FloatVector.fromArray(F, out, to + i + R);
      FloatVector c = FloatVector.fromArray(F, out, to + i + 2 * R);
      FloatVector d = FloatVector.fromArray(F, out, to + i + 3 * R);
      for (int p = 0; p < positions; p++) {
        FloatVector w = FloatVector.broadcast(F, weights[weightsFrom + p]);
        int v = valuesFrom + p * stride + i;
        a = widen(values, v).fma(w, a);
        b = widen(values, v + R).fma(w, b);
        c = widen(values, v + 2 * R).fma(w, c);
        d = widen(values, v + 3 * R).fma(w, d);
      }
      a.intoArray(out, to + i);
      b.intoArray(out, to + i + R);
      c.intoArray(out, to + i + 2 * R);
      d.intoArray(out, to + i + 3 * R);
    }
    weighTail(weights, weightsFrom, positions, values, valuesFrom, stride, i, headSize, out, to);
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
