package updraft.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/**
 * Products with 4-bit weights on the Vector API. Defined once for a vector width and a kind of
 * matrix, see {@link VectorWidths}.
 *
 * <p>A vector of words holds eight columns of every row of a group: four times a pair of shorts, of
 * which each is multiplied with a pair of activations broadcast to all lanes (VPMULLW) and added up
 * as shorts. That is exact: a block gives a short 16 products of at most 15 × 127, 30,480 in all.
 *
 * <p>No method takes or returns a vector: C2 stops inlining methods without annotation once its
 * graph has 18,000 nodes, which is after some 70 operations on vectors, and boxes what it passes on
 * (measured: 1 GMAC/s in place of 55). The sums of a block are the only vectors that a loop
 * carries; outputs are added up in y, whose load and store a block come from the first-level cache.
 *
 * <p>Measured on one core of an EPYC 9004-class machine (AVX-512, JDK 25.0.3) that had other work,
 * so from the fastest twentieth of the calls: 1536 × 576 within the caches, in GMAC/s for one, two
 * and four rows 34, 40, 60, with 256-bit vectors 23, 27, 44; from memory one row 32. All shifts as
 * shifts of shorts, whose count takes a register: 35, 40, 55 to 57; all as shifts of ints and one
 * more mask: 32, 39, 60 (two runs each). One group × four rows in place of two: 43 to 44, with 256
 * bits 26.
 */
final class NibbleMatMul extends TiledMatMul {
  private static final Kind KIND = VectorWidths.kind(MethodHandles.lookup(), Kind.Q4);
  private static final VectorSpecies<Float> F = VectorWidths.floats(MethodHandles.lookup());
  private static final VectorSpecies<Integer> I = VectorWidths.ints(MethodHandles.lookup());
  private static final int R = F.length();
  private static final int STRIDE = KIND.words() * R;

  /** Words of scales and minima within a block. */
  private static final int SCALES = 4 * R;

  private static final int NIBBLES = 0x000f000f;

  /** Whether a word holds scale and minimum as 16-bit floats. */
  private static final boolean HALVES = KIND == Kind.Q4;

  /** Sign, and five bits of exponent and ten of mantissa, where a float has them. */
  private static final int PLACES = 0x8fffe000;

  /** What a 16-bit float's bits in those places are too small by, subnormal ones included. */
  private static final float HALF = 0x1p112f;

  NibbleMatMul() {
    super(R);
  }

  @Override
  void tile1x1(PackedMatrix w, int g, Activations x, int row, float[] y, int at) {
    int[] words = w.words();
    int[] pairs = x.pairs;
    int blocks = w.blocks();
    int q0 = g * blocks * STRIDE;
    int p0 = row * x.columns / 2;
    int d0 = row * blocks;
    FloatVector.zero(F).intoArray(y, at);
    for (int block = 0; block < blocks; block++) {
      ShortVector t00 = IntVector.zero(I).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        IntVector v0 = IntVector.fromArray(I, words, q0 + c * R);
        ShortVector n0 = v0.and(NIBBLES).reinterpretAsShorts();
        ShortVector pair = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        n0 = v0.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts();
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        n0 = v0.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts();
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        n0 = v0.reinterpretAsShorts().lanewise(LSHR, 12);
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
      }
      p0 += 16;
      IntVector word = IntVector.fromArray(I, words, q0 + SCALES);
      FloatVector scale = word.reinterpretAsFloats();
      FloatVector min;
      if (HALVES) {
        scale =
            word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
        min = word.lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
      } else {
        min = IntVector.fromArray(I, words, q0 + SCALES + R).reinterpretAsFloats();
      }
      IntVector sums = t00.reinterpretAsInts();
      IntVector dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      FloatVector a = FloatVector.fromArray(F, y, at);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a).intoArray(y, at);
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
    int d0 = row * blocks;
    int d1 = d0 + blocks;
    int at1 = at + yStride;
    FloatVector.zero(F).intoArray(y, at);
    FloatVector.zero(F).intoArray(y, at1);
    for (int block = 0; block < blocks; block++) {
      ShortVector t00 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t01 = IntVector.zero(I).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        IntVector v0 = IntVector.fromArray(I, words, q0 + c * R);
        ShortVector n0 = v0.and(NIBBLES).reinterpretAsShorts();
        ShortVector pair = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        n0 = v0.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts();
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c + 2]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        n0 = v0.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts();
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c + 1]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        n0 = v0.reinterpretAsShorts().lanewise(LSHR, 12);
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c + 3]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
      }
      p0 += 16;
      p1 += 16;
      IntVector word = IntVector.fromArray(I, words, q0 + SCALES);
      FloatVector scale = word.reinterpretAsFloats();
      FloatVector min;
      if (HALVES) {
        scale =
            word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
        min = word.lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
      } else {
        min = IntVector.fromArray(I, words, q0 + SCALES + R).reinterpretAsFloats();
      }
      IntVector sums = t00.reinterpretAsInts();
      IntVector dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      FloatVector a = FloatVector.fromArray(F, y, at);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a).intoArray(y, at);
      sums = t01.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at1);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d1 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a).intoArray(y, at1);
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
    int d0 = row * blocks;
    int d1 = d0 + blocks;
    int d2 = d1 + blocks;
    int d3 = d2 + blocks;
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
      ShortVector t00 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t01 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t02 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t03 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t10 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t11 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t12 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t13 = IntVector.zero(I).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        IntVector v0 = IntVector.fromArray(I, words, q0 + c * R);
        IntVector v1 = IntVector.fromArray(I, words, q1 + c * R);
        ShortVector n0 = v0.and(NIBBLES).reinterpretAsShorts();
        ShortVector n1 = v1.and(NIBBLES).reinterpretAsShorts();
        ShortVector pair = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        t10 = t10.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        t11 = t11.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p2 + 4 * c]).reinterpretAsShorts();
        t02 = t02.add(n0.mul(pair));
        t12 = t12.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p3 + 4 * c]).reinterpretAsShorts();
        t03 = t03.add(n0.mul(pair));
        t13 = t13.add(n1.mul(pair));
        n0 = v0.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts();
        n1 = v1.lanewise(LSHR, 4).and(NIBBLES).reinterpretAsShorts();
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        t10 = t10.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c + 2]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        t11 = t11.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p2 + 4 * c + 2]).reinterpretAsShorts();
        t02 = t02.add(n0.mul(pair));
        t12 = t12.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p3 + 4 * c + 2]).reinterpretAsShorts();
        t03 = t03.add(n0.mul(pair));
        t13 = t13.add(n1.mul(pair));
        n0 = v0.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts();
        n1 = v1.lanewise(LSHR, 8).and(NIBBLES).reinterpretAsShorts();
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        t10 = t10.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c + 1]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        t11 = t11.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p2 + 4 * c + 1]).reinterpretAsShorts();
        t02 = t02.add(n0.mul(pair));
        t12 = t12.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p3 + 4 * c + 1]).reinterpretAsShorts();
        t03 = t03.add(n0.mul(pair));
        t13 = t13.add(n1.mul(pair));
        n0 = v0.reinterpretAsShorts().lanewise(LSHR, 12);
        n1 = v1.reinterpretAsShorts().lanewise(LSHR, 12);
        pair = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(n0.mul(pair));
        t10 = t10.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p1 + 4 * c + 3]).reinterpretAsShorts();
        t01 = t01.add(n0.mul(pair));
        t11 = t11.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p2 + 4 * c + 3]).reinterpretAsShorts();
        t02 = t02.add(n0.mul(pair));
        t12 = t12.add(n1.mul(pair));
        pair = IntVector.broadcast(I, pairs[p3 + 4 * c + 3]).reinterpretAsShorts();
        t03 = t03.add(n0.mul(pair));
        t13 = t13.add(n1.mul(pair));
      }
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
      IntVector word = IntVector.fromArray(I, words, q0 + SCALES);
      FloatVector scale = word.reinterpretAsFloats();
      FloatVector min;
      if (HALVES) {
        scale =
            word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
        min = word.lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
      } else {
        min = IntVector.fromArray(I, words, q0 + SCALES + R).reinterpretAsFloats();
      }
      IntVector sums = t00.reinterpretAsInts();
      IntVector dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      FloatVector a = FloatVector.fromArray(F, y, at);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a).intoArray(y, at);
      sums = t01.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at1);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d1 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a).intoArray(y, at1);
      sums = t02.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at2);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d2 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d2 + block]), a).intoArray(y, at2);
      sums = t03.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at3);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d3 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d3 + block]), a).intoArray(y, at3);
      word = IntVector.fromArray(I, words, q1 + SCALES);
      scale = word.reinterpretAsFloats();
      if (HALVES) {
        scale =
            word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
        min = word.lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
      } else {
        min = IntVector.fromArray(I, words, q1 + SCALES + R).reinterpretAsFloats();
      }
      sums = t10.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at + R);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d0 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a).intoArray(y, at + R);
      sums = t11.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at1 + R);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d1 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a).intoArray(y, at1 + R);
      sums = t12.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at2 + R);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d2 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d2 + block]), a).intoArray(y, at2 + R);
      sums = t13.reinterpretAsInts();
      dot = sums.lanewise(LSHL, 16).lanewise(ASHR, 16).add(sums.lanewise(ASHR, 16));
      a = FloatVector.fromArray(F, y, at3 + R);
      a = ((FloatVector) dot.convert(I2F, 0)).fma(scale.mul(x.scales[d3 + block]), a);
      min.fma(FloatVector.broadcast(F, x.sums[d3 + block]), a).intoArray(y, at3 + R);
      q0 += STRIDE;
      q1 += STRIDE;
    }
  }
}
