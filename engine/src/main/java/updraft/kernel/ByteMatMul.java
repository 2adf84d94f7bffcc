package updraft.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/**
 * Products with 8-bit weights on the Vector API. Defined once for a vector width and a kind of
 * matrix, see {@link VectorWidths}.
 *
 * <p>A vector of words holds four columns of every row of a group. Its even and odd bytes are
 * widened in place to shorts (VPSLLW, VPSRAW), multiplied with pairs of activations broadcast to
 * all lanes (VPMULLW) and added: two products fit a short, as 2 × 128 × 127 is below 2^15. Their
 * sums are added up as ints.
 *
 * <p>No method takes or returns a vector, and outputs are added up in y, for the reasons given in
 * {@link NibbleMatMul}.
 *
 * <p>Measured as there: 1536 × 576 within the caches, in GMAC/s for one, two and four rows 29, 34,
 * 40; from memory one row 22, which is 25 GB/s. One group × four rows in place of two: 34.
 */
final class ByteMatMul extends TiledMatMul {
  private static final Kind KIND = VectorWidths.kind(MethodHandles.lookup(), Kind.Q8);
  private static final VectorSpecies<Float> F = VectorWidths.floats(MethodHandles.lookup());
  private static final VectorSpecies<Integer> I = VectorWidths.ints(MethodHandles.lookup());
  private static final int R = F.length();
  private static final int STRIDE = KIND.words() * R;

  /** Vectors of integers in a block. */
  private static final int QUANTS = KIND.quantWords();

  /** Words of scales and minima within a block. */
  private static final int SCALES = QUANTS * R;

  /** Blocks of weights that share a block of activations, as a shift. */
  private static final int SHIFT = KIND == Kind.Q8_HALVES ? 1 : 0;

  private static final boolean MINS = KIND == Kind.Q8_MIN;
  private static final int MIN = SCALES + R;

  ByteMatMul() {
    super(R);
  }

  @Override
  void tile1x1(PackedMatrix w, int g, Activations x, int row, float[] y, int at) {
    int[] words = w.words();
    int[] pairs = x.pairs;
    int blocks = w.blocks();
    int q0 = g * blocks * STRIDE;
    int p0 = row * x.columns / 2;
    int d0 = row * (blocks >> SHIFT);
    FloatVector.zero(F).intoArray(y, at);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      for (int c = 0; c < QUANTS; c++) {
        ShortVector odd0 = IntVector.fromArray(I, words, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = odd0.lanewise(LSHL, 8).lanewise(ASHR, 8);
        odd0 = odd0.lanewise(ASHR, 8);
        ShortVector pair0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector pair1 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t00 = t00.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
      }
      p0 += 2 * QUANTS;
      int shift = block >> SHIFT;
      FloatVector scale = IntVector.fromArray(I, words, q0 + SCALES).reinterpretAsFloats();
      FloatVector a = FloatVector.fromArray(F, y, at);
      a = ((FloatVector) t00.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d0 + shift]), a);
      }
      a.intoArray(y, at);
      q0 += STRIDE;
    }
  }

  @Override
  void tile1x2(PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride) {
    int[] words = w.words();
    int[] pairs = x.pairs;
    int blocks = w.blocks();
    int q0 = g * blocks * STRIDE;
    int half = x.columns / 2;
    int p0 = row * half;
    int p1 = p0 + half;
    int d0 = row * (blocks >> SHIFT);
    int d1 = d0 + (blocks >> SHIFT);
    int at1 = at + yStride;
    FloatVector.zero(F).intoArray(y, at);
    FloatVector.zero(F).intoArray(y, at1);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      IntVector t01 = IntVector.zero(I);
      for (int c = 0; c < QUANTS; c++) {
        ShortVector odd0 = IntVector.fromArray(I, words, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = odd0.lanewise(LSHL, 8).lanewise(ASHR, 8);
        odd0 = odd0.lanewise(ASHR, 8);
        ShortVector pair0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector pair1 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t00 = t00.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        pair0 = IntVector.broadcast(I, pairs[p1 + 2 * c]).reinterpretAsShorts();
        pair1 = IntVector.broadcast(I, pairs[p1 + 2 * c + 1]).reinterpretAsShorts();
        s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t01 = t01.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
      }
      p0 += 2 * QUANTS;
      p1 += 2 * QUANTS;
      int shift = block >> SHIFT;
      FloatVector scale = IntVector.fromArray(I, words, q0 + SCALES).reinterpretAsFloats();
      FloatVector a = FloatVector.fromArray(F, y, at);
      a = ((FloatVector) t00.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d0 + shift]), a);
      }
      a.intoArray(y, at);
      a = FloatVector.fromArray(F, y, at1);
      a = ((FloatVector) t01.convert(I2F, 0)).fma(scale.mul(x.scales[d1 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d1 + shift]), a);
      }
      a.intoArray(y, at1);
      q0 += STRIDE;
    }
  }

  @Override
  void tile2x4(PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride) {
    int[] words = w.words();
    int[] pairs = x.pairs;
    int blocks = w.blocks();
    int q0 = g * blocks * STRIDE;
    int q1 = (g + 1) * blocks * STRIDE;
    int half = x.columns / 2;
    int p0 = row * half;
    int p1 = p0 + half;
    int p2 = p1 + half;
    int p3 = p2 + half;
    int d0 = row * (blocks >> SHIFT);
    int d1 = d0 + (blocks >> SHIFT);
    int d2 = d1 + (blocks >> SHIFT);
    int d3 = d2 + (blocks >> SHIFT);
    int at1 = at + yStride;
    int at2 = at1 + yStride;
    int at3 = at2 + yStride;
    FloatVector.zero(F).intoArray(y, at);
    FloatVector.zero(F).intoArray(y, at + R);
    FloatVector.zero(F).intoArray(y, at1);
    FloatVector.zero(F).intoArray(y, at1 + R);
    FloatVector.zero(F).intoArray(y, at2);
    FloatVector.zero(F).intoArray(y, at2 + R);
    FloatVector.zero(F).intoArray(y, at3);
    FloatVector.zero(F).intoArray(y, at3 + R);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      IntVector t01 = IntVector.zero(I);
      IntVector t02 = IntVector.zero(I);
      IntVector t03 = IntVector.zero(I);
      IntVector t10 = IntVector.zero(I);
      IntVector t11 = IntVector.zero(I);
      IntVector t12 = IntVector.zero(I);
      IntVector t13 = IntVector.zero(I);
      for (int c = 0; c < QUANTS; c++) {
        ShortVector odd0 = IntVector.fromArray(I, words, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = odd0.lanewise(LSHL, 8).lanewise(ASHR, 8);
        odd0 = odd0.lanewise(ASHR, 8);
        ShortVector odd1 = IntVector.fromArray(I, words, q1 + c * R).reinterpretAsShorts();
        ShortVector even1 = odd1.lanewise(LSHL, 8).lanewise(ASHR, 8);
        odd1 = odd1.lanewise(ASHR, 8);
        ShortVector pair0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector pair1 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t00 = t00.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        s = even1.mul(pair0).add(odd1.mul(pair1)).reinterpretAsInts();
        t10 = t10.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        pair0 = IntVector.broadcast(I, pairs[p1 + 2 * c]).reinterpretAsShorts();
        pair1 = IntVector.broadcast(I, pairs[p1 + 2 * c + 1]).reinterpretAsShorts();
        s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t01 = t01.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        s = even1.mul(pair0).add(odd1.mul(pair1)).reinterpretAsInts();
        t11 = t11.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        pair0 = IntVector.broadcast(I, pairs[p2 + 2 * c]).reinterpretAsShorts();
        pair1 = IntVector.broadcast(I, pairs[p2 + 2 * c + 1]).reinterpretAsShorts();
        s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t02 = t02.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        s = even1.mul(pair0).add(odd1.mul(pair1)).reinterpretAsInts();
        t12 = t12.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        pair0 = IntVector.broadcast(I, pairs[p3 + 2 * c]).reinterpretAsShorts();
        pair1 = IntVector.broadcast(I, pairs[p3 + 2 * c + 1]).reinterpretAsShorts();
        s = even0.mul(pair0).add(odd0.mul(pair1)).reinterpretAsInts();
        t03 = t03.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
        s = even1.mul(pair0).add(odd1.mul(pair1)).reinterpretAsInts();
        t13 = t13.add(s.lanewise(LSHL, 16).lanewise(ASHR, 16)).add(s.lanewise(ASHR, 16));
      }
      p0 += 2 * QUANTS;
      p1 += 2 * QUANTS;
      p2 += 2 * QUANTS;
      p3 += 2 * QUANTS;
      int shift = block >> SHIFT;
      FloatVector scale = IntVector.fromArray(I, words, q0 + SCALES).reinterpretAsFloats();
      FloatVector a = FloatVector.fromArray(F, y, at);
      a = ((FloatVector) t00.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d0 + shift]), a);
      }
      a.intoArray(y, at);
      a = FloatVector.fromArray(F, y, at1);
      a = ((FloatVector) t01.convert(I2F, 0)).fma(scale.mul(x.scales[d1 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d1 + shift]), a);
      }
      a.intoArray(y, at1);
      a = FloatVector.fromArray(F, y, at2);
      a = ((FloatVector) t02.convert(I2F, 0)).fma(scale.mul(x.scales[d2 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d2 + shift]), a);
      }
      a.intoArray(y, at2);
      a = FloatVector.fromArray(F, y, at3);
      a = ((FloatVector) t03.convert(I2F, 0)).fma(scale.mul(x.scales[d3 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q0 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d3 + shift]), a);
      }
      a.intoArray(y, at3);
      scale = IntVector.fromArray(I, words, q1 + SCALES).reinterpretAsFloats();
      a = FloatVector.fromArray(F, y, at + R);
      a = ((FloatVector) t10.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q1 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d0 + shift]), a);
      }
      a.intoArray(y, at + R);
      a = FloatVector.fromArray(F, y, at1 + R);
      a = ((FloatVector) t11.convert(I2F, 0)).fma(scale.mul(x.scales[d1 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q1 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d1 + shift]), a);
      }
      a.intoArray(y, at1 + R);
      a = FloatVector.fromArray(F, y, at2 + R);
      a = ((FloatVector) t12.convert(I2F, 0)).fma(scale.mul(x.scales[d2 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q1 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d2 + shift]), a);
      }
      a.intoArray(y, at2 + R);
      a = FloatVector.fromArray(F, y, at3 + R);
      a = ((FloatVector) t13.convert(I2F, 0)).fma(scale.mul(x.scales[d3 + shift]), a);
      if (MINS) {
        a =
            IntVector.fromArray(I, words, q1 + MIN)
                .reinterpretAsFloats()
                .fma(FloatVector.broadcast(F, x.sums[d3 + shift]), a);
      }
      a.intoArray(y, at3 + R);
      q0 += STRIDE;
      q1 += STRIDE;
    }
  }
}
