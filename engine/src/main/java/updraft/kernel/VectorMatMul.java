package updraft.kernel;

import java.lang.invoke.MethodHandles;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.jspecify.annotations.Nullable;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/**
 * Products with quantised weights, by exact integer dots, on the Vector API. Defined once per
 * vector width, see {@link VectorWidths}.
 *
 * <p>8 bits: a vector of ints holds four columns of every row of a group; its even and odd bytes
 * are widened in place to shorts (VPSLLW, VPSRAW), multiplied with a pair of activations broadcast
 * to all lanes (VPMULLW) and added: a pair of products fits 16 bits as 2 × 127 × 127 < 2^15; pairs
 * are added up as ints. 4 bits: eight columns; 16 products of a nibble below 16 with at most 127
 * fit a short (30,480), so a whole block is added up as shorts.
 *
 * <p>Accumulators of outputs live in y, not in registers: one loop that carries vectors is all that
 * C2 keeps unboxed reliably, and the L1 traffic of a load and a store a block does not show.
 *
 * <p>Measured on an EPYC 9004-class core (AVX-512), JDK 25.0.3, 1536 × 576, one row, weights from
 * memory: 4 bits 27 GMAC/s on one core and 43 on two (33 GB/s), 8 bits 22 and 30 (34 GB/s); with
 * 256-bit vectors 22 and 41, 20 and 32.
 */
final class VectorMatMul implements MatMul {
  private static final VectorSpecies<Float> F = VectorWidths.floats(MethodHandles.lookup());
  private static final VectorSpecies<Integer> I = VectorWidths.ints(MethodHandles.lookup());
  private static final int R = F.length();

  VectorMatMul() {}

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
    // two groups a tile: their weights stay in the first-level cache for all rows
    for (int g = firstGroup; g < endGroup; g += 2) {
      int groups = Math.min(2, endGroup - g);
      int at = yOffset + g * R;
      int row = 0;
      for (; row + 4 <= rows; row += 4) {
        if (groups == 2) {
          tile2x4(w, g, x, row, y, at + row * yStride, yStride);
        } else {
          tile1x4(w, g, x, row, y, at + row * yStride, yStride);
        }
      }
      for (int i = 0; i < groups; i++) {
        tileRest(w, g + i, x, row, rows, y, at + i * R, yStride);
      }
    }
  }

  private static void tile2x4(
      PackedMatrix w, int g, Activations x, int row, float[] y, int at, int stride) {
    switch (w.kind()) {
      case Q4 -> nibbles2x4(w.quants(), w.scales(), mins(w), g, w.blocks(), x, row, y, at, stride);
      case Q8 -> bytes2x4(w.quants(), w.scales(), w.mins(), g, w.blocks(), x, row, y, at, stride);
      case Q8_HALVES, FLOAT -> {
        tile1x4(w, g, x, row, y, at, stride);
        tile1x4(w, g + 1, x, row, y, at + R, stride);
      }
    }
  }

  private static void tile1x4(
      PackedMatrix w, int g, Activations x, int row, float[] y, int at, int stride) {
    switch (w.kind()) {
      case Q4 -> nibbles1x4(w.quants(), w.scales(), mins(w), g, w.blocks(), x, row, y, at, stride);
      case Q8 -> bytes1x4(w.quants(), w.scales(), w.mins(), g, w.blocks(), x, row, y, at, stride);
      case FLOAT -> floats1x4(w.scales(), g, x, row, y, at, stride);
      case Q8_HALVES -> tileRest(w, g, x, row, row + 4, y, at - row * stride, stride);
    }
  }

  /** The rows from {@code first} on, by two and one. */
  private static void tileRest(
      PackedMatrix w, int g, Activations x, int first, int rows, float[] y, int at, int stride) {
    int row = first;
    for (; row + 2 <= rows && w.kind() != Kind.FLOAT && w.kind() != Kind.Q8_HALVES; row += 2) {
      int to = at + row * stride;
      if (w.kind() == Kind.Q4) {
        nibbles1x2(w.quants(), w.scales(), mins(w), g, w.blocks(), x, row, y, to, stride);
      } else {
        bytes1x2(w.quants(), w.scales(), w.mins(), g, w.blocks(), x, row, y, to, stride);
      }
    }
    for (; row < rows; row++) {
      int to = at + row * stride;
      switch (w.kind()) {
        case Q4 -> nibbles1x1(w.quants(), w.scales(), mins(w), g, w.blocks(), x, row, y, to, 0);
        case Q8 -> bytes1x1(w.quants(), w.scales(), w.mins(), g, w.blocks(), x, row, y, to, 0);
        case Q8_HALVES -> halves1x1(w.quants(), w.scales(), g, w.blocks(), x, row, y, to);
        case FLOAT -> floats1x1(w.scales(), g, x, row, y, to);
      }
    }
  }

  private static float[] mins(PackedMatrix w) {
    return Objects.requireNonNull(w.mins());
  }

  static void nibbles1x1(
      int[] quants,
      float[] scales,
      float[] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 4 * R;
    int s0 = (g) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    for (int block = 0; block < blocks; block++) {
      ShortVector t00 = IntVector.zero(I).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector w00 = v0.and((short) 15);
        ShortVector x00 = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(w00.mul(x00));
        ShortVector w01 = v0.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector x01 = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(w01.mul(x01));
        ShortVector w02 = v0.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        ShortVector x02 = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(w02.mul(x02));
        ShortVector w03 = v0.lanewise(VectorOperators.LSHR, 12);
        ShortVector x03 = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(w03.mul(x03));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector min0 = FloatVector.fromArray(F, mins, s0);
      IntVector d00v = t00.reinterpretAsInts();
      FloatVector a00 =
          ((FloatVector)
                  d00v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d00v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      min0.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00).intoArray(y, y00);
      q0 += 4 * R;
      s0 += R;
      p0 += 16;
    }
  }

  static void nibbles1x2(
      int[] quants,
      float[] scales,
      float[] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 4 * R;
    int s0 = (g) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int p1 = (row + 1) * x.columns / 2;
    int d1 = (row + 1) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    int y01 = at + stride;
    FloatVector.zero(F).intoArray(y, y01);
    for (int block = 0; block < blocks; block++) {
      ShortVector t00 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t01 = IntVector.zero(I).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector w00 = v0.and((short) 15);
        ShortVector x00 = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(w00.mul(x00));
        ShortVector x10 = IntVector.broadcast(I, pairs[p1 + 4 * c]).reinterpretAsShorts();
        t01 = t01.add(w00.mul(x10));
        ShortVector w01 = v0.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector x01 = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(w01.mul(x01));
        ShortVector x11 = IntVector.broadcast(I, pairs[p1 + 4 * c + 1]).reinterpretAsShorts();
        t01 = t01.add(w01.mul(x11));
        ShortVector w02 = v0.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        ShortVector x02 = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(w02.mul(x02));
        ShortVector x12 = IntVector.broadcast(I, pairs[p1 + 4 * c + 2]).reinterpretAsShorts();
        t01 = t01.add(w02.mul(x12));
        ShortVector w03 = v0.lanewise(VectorOperators.LSHR, 12);
        ShortVector x03 = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(w03.mul(x03));
        ShortVector x13 = IntVector.broadcast(I, pairs[p1 + 4 * c + 3]).reinterpretAsShorts();
        t01 = t01.add(w03.mul(x13));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector min0 = FloatVector.fromArray(F, mins, s0);
      IntVector d00v = t00.reinterpretAsInts();
      FloatVector a00 =
          ((FloatVector)
                  d00v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d00v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      min0.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00).intoArray(y, y00);
      IntVector d01v = t01.reinterpretAsInts();
      FloatVector a01 =
          ((FloatVector)
                  d01v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d01v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y01));
      min0.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a01).intoArray(y, y01);
      q0 += 4 * R;
      s0 += R;
      p0 += 16;
      p1 += 16;
    }
  }

  static void nibbles1x4(
      int[] quants,
      float[] scales,
      float[] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 4 * R;
    int s0 = (g) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int p1 = (row + 1) * x.columns / 2;
    int d1 = (row + 1) * blocks;
    int p2 = (row + 2) * x.columns / 2;
    int d2 = (row + 2) * blocks;
    int p3 = (row + 3) * x.columns / 2;
    int d3 = (row + 3) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    int y01 = at + stride;
    FloatVector.zero(F).intoArray(y, y01);
    int y02 = at + 2 * stride;
    FloatVector.zero(F).intoArray(y, y02);
    int y03 = at + 3 * stride;
    FloatVector.zero(F).intoArray(y, y03);
    for (int block = 0; block < blocks; block++) {
      ShortVector t00 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t01 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t02 = IntVector.zero(I).reinterpretAsShorts();
      ShortVector t03 = IntVector.zero(I).reinterpretAsShorts();
      for (int c = 0; c < 4; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector w00 = v0.and((short) 15);
        ShortVector x00 = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(w00.mul(x00));
        ShortVector x10 = IntVector.broadcast(I, pairs[p1 + 4 * c]).reinterpretAsShorts();
        t01 = t01.add(w00.mul(x10));
        ShortVector x20 = IntVector.broadcast(I, pairs[p2 + 4 * c]).reinterpretAsShorts();
        t02 = t02.add(w00.mul(x20));
        ShortVector x30 = IntVector.broadcast(I, pairs[p3 + 4 * c]).reinterpretAsShorts();
        t03 = t03.add(w00.mul(x30));
        ShortVector w01 = v0.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector x01 = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(w01.mul(x01));
        ShortVector x11 = IntVector.broadcast(I, pairs[p1 + 4 * c + 1]).reinterpretAsShorts();
        t01 = t01.add(w01.mul(x11));
        ShortVector x21 = IntVector.broadcast(I, pairs[p2 + 4 * c + 1]).reinterpretAsShorts();
        t02 = t02.add(w01.mul(x21));
        ShortVector x31 = IntVector.broadcast(I, pairs[p3 + 4 * c + 1]).reinterpretAsShorts();
        t03 = t03.add(w01.mul(x31));
        ShortVector w02 = v0.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        ShortVector x02 = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(w02.mul(x02));
        ShortVector x12 = IntVector.broadcast(I, pairs[p1 + 4 * c + 2]).reinterpretAsShorts();
        t01 = t01.add(w02.mul(x12));
        ShortVector x22 = IntVector.broadcast(I, pairs[p2 + 4 * c + 2]).reinterpretAsShorts();
        t02 = t02.add(w02.mul(x22));
        ShortVector x32 = IntVector.broadcast(I, pairs[p3 + 4 * c + 2]).reinterpretAsShorts();
        t03 = t03.add(w02.mul(x32));
        ShortVector w03 = v0.lanewise(VectorOperators.LSHR, 12);
        ShortVector x03 = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(w03.mul(x03));
        ShortVector x13 = IntVector.broadcast(I, pairs[p1 + 4 * c + 3]).reinterpretAsShorts();
        t01 = t01.add(w03.mul(x13));
        ShortVector x23 = IntVector.broadcast(I, pairs[p2 + 4 * c + 3]).reinterpretAsShorts();
        t02 = t02.add(w03.mul(x23));
        ShortVector x33 = IntVector.broadcast(I, pairs[p3 + 4 * c + 3]).reinterpretAsShorts();
        t03 = t03.add(w03.mul(x33));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector min0 = FloatVector.fromArray(F, mins, s0);
      IntVector d00v = t00.reinterpretAsInts();
      FloatVector a00 =
          ((FloatVector)
                  d00v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d00v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      min0.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00).intoArray(y, y00);
      IntVector d01v = t01.reinterpretAsInts();
      FloatVector a01 =
          ((FloatVector)
                  d01v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d01v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y01));
      min0.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a01).intoArray(y, y01);
      IntVector d02v = t02.reinterpretAsInts();
      FloatVector a02 =
          ((FloatVector)
                  d02v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d02v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d2 + block]), FloatVector.fromArray(F, y, y02));
      min0.fma(FloatVector.broadcast(F, x.sums[d2 + block]), a02).intoArray(y, y02);
      IntVector d03v = t03.reinterpretAsInts();
      FloatVector a03 =
          ((FloatVector)
                  d03v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d03v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d3 + block]), FloatVector.fromArray(F, y, y03));
      min0.fma(FloatVector.broadcast(F, x.sums[d3 + block]), a03).intoArray(y, y03);
      q0 += 4 * R;
      s0 += R;
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
  }

  static void nibbles2x4(
      int[] quants,
      float[] scales,
      float[] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 4 * R;
    int s0 = (g) * blocks * R;
    int q1 = (g + 1) * blocks * 4 * R;
    int s1 = (g + 1) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int p1 = (row + 1) * x.columns / 2;
    int d1 = (row + 1) * blocks;
    int p2 = (row + 2) * x.columns / 2;
    int d2 = (row + 2) * blocks;
    int p3 = (row + 3) * x.columns / 2;
    int d3 = (row + 3) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    int y01 = at + stride;
    FloatVector.zero(F).intoArray(y, y01);
    int y02 = at + 2 * stride;
    FloatVector.zero(F).intoArray(y, y02);
    int y03 = at + 3 * stride;
    FloatVector.zero(F).intoArray(y, y03);
    int y10 = at + R;
    FloatVector.zero(F).intoArray(y, y10);
    int y11 = at + stride + R;
    FloatVector.zero(F).intoArray(y, y11);
    int y12 = at + 2 * stride + R;
    FloatVector.zero(F).intoArray(y, y12);
    int y13 = at + 3 * stride + R;
    FloatVector.zero(F).intoArray(y, y13);
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
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector v1 = IntVector.fromArray(I, quants, q1 + c * R).reinterpretAsShorts();
        ShortVector w00 = v0.and((short) 15);
        ShortVector w10 = v1.and((short) 15);
        ShortVector x00 = IntVector.broadcast(I, pairs[p0 + 4 * c]).reinterpretAsShorts();
        t00 = t00.add(w00.mul(x00));
        t10 = t10.add(w10.mul(x00));
        ShortVector x10 = IntVector.broadcast(I, pairs[p1 + 4 * c]).reinterpretAsShorts();
        t01 = t01.add(w00.mul(x10));
        t11 = t11.add(w10.mul(x10));
        ShortVector x20 = IntVector.broadcast(I, pairs[p2 + 4 * c]).reinterpretAsShorts();
        t02 = t02.add(w00.mul(x20));
        t12 = t12.add(w10.mul(x20));
        ShortVector x30 = IntVector.broadcast(I, pairs[p3 + 4 * c]).reinterpretAsShorts();
        t03 = t03.add(w00.mul(x30));
        t13 = t13.add(w10.mul(x30));
        ShortVector w01 = v0.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector w11 = v1.lanewise(VectorOperators.LSHR, 4).and((short) 15);
        ShortVector x01 = IntVector.broadcast(I, pairs[p0 + 4 * c + 1]).reinterpretAsShorts();
        t00 = t00.add(w01.mul(x01));
        t10 = t10.add(w11.mul(x01));
        ShortVector x11 = IntVector.broadcast(I, pairs[p1 + 4 * c + 1]).reinterpretAsShorts();
        t01 = t01.add(w01.mul(x11));
        t11 = t11.add(w11.mul(x11));
        ShortVector x21 = IntVector.broadcast(I, pairs[p2 + 4 * c + 1]).reinterpretAsShorts();
        t02 = t02.add(w01.mul(x21));
        t12 = t12.add(w11.mul(x21));
        ShortVector x31 = IntVector.broadcast(I, pairs[p3 + 4 * c + 1]).reinterpretAsShorts();
        t03 = t03.add(w01.mul(x31));
        t13 = t13.add(w11.mul(x31));
        ShortVector w02 = v0.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        ShortVector w12 = v1.lanewise(VectorOperators.LSHR, 8).and((short) 15);
        ShortVector x02 = IntVector.broadcast(I, pairs[p0 + 4 * c + 2]).reinterpretAsShorts();
        t00 = t00.add(w02.mul(x02));
        t10 = t10.add(w12.mul(x02));
        ShortVector x12 = IntVector.broadcast(I, pairs[p1 + 4 * c + 2]).reinterpretAsShorts();
        t01 = t01.add(w02.mul(x12));
        t11 = t11.add(w12.mul(x12));
        ShortVector x22 = IntVector.broadcast(I, pairs[p2 + 4 * c + 2]).reinterpretAsShorts();
        t02 = t02.add(w02.mul(x22));
        t12 = t12.add(w12.mul(x22));
        ShortVector x32 = IntVector.broadcast(I, pairs[p3 + 4 * c + 2]).reinterpretAsShorts();
        t03 = t03.add(w02.mul(x32));
        t13 = t13.add(w12.mul(x32));
        ShortVector w03 = v0.lanewise(VectorOperators.LSHR, 12);
        ShortVector w13 = v1.lanewise(VectorOperators.LSHR, 12);
        ShortVector x03 = IntVector.broadcast(I, pairs[p0 + 4 * c + 3]).reinterpretAsShorts();
        t00 = t00.add(w03.mul(x03));
        t10 = t10.add(w13.mul(x03));
        ShortVector x13 = IntVector.broadcast(I, pairs[p1 + 4 * c + 3]).reinterpretAsShorts();
        t01 = t01.add(w03.mul(x13));
        t11 = t11.add(w13.mul(x13));
        ShortVector x23 = IntVector.broadcast(I, pairs[p2 + 4 * c + 3]).reinterpretAsShorts();
        t02 = t02.add(w03.mul(x23));
        t12 = t12.add(w13.mul(x23));
        ShortVector x33 = IntVector.broadcast(I, pairs[p3 + 4 * c + 3]).reinterpretAsShorts();
        t03 = t03.add(w03.mul(x33));
        t13 = t13.add(w13.mul(x33));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector min0 = FloatVector.fromArray(F, mins, s0);
      IntVector d00v = t00.reinterpretAsInts();
      FloatVector a00 =
          ((FloatVector)
                  d00v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d00v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      min0.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00).intoArray(y, y00);
      IntVector d01v = t01.reinterpretAsInts();
      FloatVector a01 =
          ((FloatVector)
                  d01v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d01v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y01));
      min0.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a01).intoArray(y, y01);
      IntVector d02v = t02.reinterpretAsInts();
      FloatVector a02 =
          ((FloatVector)
                  d02v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d02v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d2 + block]), FloatVector.fromArray(F, y, y02));
      min0.fma(FloatVector.broadcast(F, x.sums[d2 + block]), a02).intoArray(y, y02);
      IntVector d03v = t03.reinterpretAsInts();
      FloatVector a03 =
          ((FloatVector)
                  d03v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d03v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d3 + block]), FloatVector.fromArray(F, y, y03));
      min0.fma(FloatVector.broadcast(F, x.sums[d3 + block]), a03).intoArray(y, y03);
      q0 += 4 * R;
      s0 += R;
      FloatVector scale1 = FloatVector.fromArray(F, scales, s1);
      FloatVector min1 = FloatVector.fromArray(F, mins, s1);
      IntVector d10v = t10.reinterpretAsInts();
      FloatVector a10 =
          ((FloatVector)
                  d10v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d10v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y10));
      min1.fma(FloatVector.broadcast(F, x.sums[d0 + block]), a10).intoArray(y, y10);
      IntVector d11v = t11.reinterpretAsInts();
      FloatVector a11 =
          ((FloatVector)
                  d11v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d11v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y11));
      min1.fma(FloatVector.broadcast(F, x.sums[d1 + block]), a11).intoArray(y, y11);
      IntVector d12v = t12.reinterpretAsInts();
      FloatVector a12 =
          ((FloatVector)
                  d12v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d12v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d2 + block]), FloatVector.fromArray(F, y, y12));
      min1.fma(FloatVector.broadcast(F, x.sums[d2 + block]), a12).intoArray(y, y12);
      IntVector d13v = t13.reinterpretAsInts();
      FloatVector a13 =
          ((FloatVector)
                  d13v.lanewise(VectorOperators.LSHL, 16)
                      .lanewise(VectorOperators.ASHR, 16)
                      .add(d13v.lanewise(VectorOperators.ASHR, 16))
                      .convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d3 + block]), FloatVector.fromArray(F, y, y13));
      min1.fma(FloatVector.broadcast(F, x.sums[d3 + block]), a13).intoArray(y, y13);
      q1 += 4 * R;
      s1 += R;
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
  }

  static void bytes1x1(
      int[] quants,
      float[] scales,
      float @Nullable [] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 8 * R;
    int s0 = (g) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      for (int c = 0; c < 8; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = v0.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        ShortVector odd0 = v0.lanewise(VectorOperators.ASHR, 8);
        ShortVector x0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector z0 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h00 = even0.mul(x0).add(odd0.mul(z0)).reinterpretAsInts();
        t00 =
            t00.add(h00.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h00.lanewise(VectorOperators.ASHR, 16));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector a00 =
          ((FloatVector) t00.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      if (mins != null) {
        a00 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00);
      }
      a00.intoArray(y, y00);
      q0 += 8 * R;
      s0 += R;
      p0 += 16;
    }
  }

  static void bytes1x2(
      int[] quants,
      float[] scales,
      float @Nullable [] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 8 * R;
    int s0 = (g) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int p1 = (row + 1) * x.columns / 2;
    int d1 = (row + 1) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    int y01 = at + stride;
    FloatVector.zero(F).intoArray(y, y01);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      IntVector t01 = IntVector.zero(I);
      for (int c = 0; c < 8; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = v0.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        ShortVector odd0 = v0.lanewise(VectorOperators.ASHR, 8);
        ShortVector x0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector z0 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h00 = even0.mul(x0).add(odd0.mul(z0)).reinterpretAsInts();
        t00 =
            t00.add(h00.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h00.lanewise(VectorOperators.ASHR, 16));
        ShortVector x1 = IntVector.broadcast(I, pairs[p1 + 2 * c]).reinterpretAsShorts();
        ShortVector z1 = IntVector.broadcast(I, pairs[p1 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h01 = even0.mul(x1).add(odd0.mul(z1)).reinterpretAsInts();
        t01 =
            t01.add(h01.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h01.lanewise(VectorOperators.ASHR, 16));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector a00 =
          ((FloatVector) t00.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      if (mins != null) {
        a00 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00);
      }
      a00.intoArray(y, y00);
      FloatVector a01 =
          ((FloatVector) t01.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y01));
      if (mins != null) {
        a01 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d1 + block]), a01);
      }
      a01.intoArray(y, y01);
      q0 += 8 * R;
      s0 += R;
      p0 += 16;
      p1 += 16;
    }
  }

  static void bytes1x4(
      int[] quants,
      float[] scales,
      float @Nullable [] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 8 * R;
    int s0 = (g) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int p1 = (row + 1) * x.columns / 2;
    int d1 = (row + 1) * blocks;
    int p2 = (row + 2) * x.columns / 2;
    int d2 = (row + 2) * blocks;
    int p3 = (row + 3) * x.columns / 2;
    int d3 = (row + 3) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    int y01 = at + stride;
    FloatVector.zero(F).intoArray(y, y01);
    int y02 = at + 2 * stride;
    FloatVector.zero(F).intoArray(y, y02);
    int y03 = at + 3 * stride;
    FloatVector.zero(F).intoArray(y, y03);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      IntVector t01 = IntVector.zero(I);
      IntVector t02 = IntVector.zero(I);
      IntVector t03 = IntVector.zero(I);
      for (int c = 0; c < 8; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = v0.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        ShortVector odd0 = v0.lanewise(VectorOperators.ASHR, 8);
        ShortVector x0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector z0 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h00 = even0.mul(x0).add(odd0.mul(z0)).reinterpretAsInts();
        t00 =
            t00.add(h00.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h00.lanewise(VectorOperators.ASHR, 16));
        ShortVector x1 = IntVector.broadcast(I, pairs[p1 + 2 * c]).reinterpretAsShorts();
        ShortVector z1 = IntVector.broadcast(I, pairs[p1 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h01 = even0.mul(x1).add(odd0.mul(z1)).reinterpretAsInts();
        t01 =
            t01.add(h01.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h01.lanewise(VectorOperators.ASHR, 16));
        ShortVector x2 = IntVector.broadcast(I, pairs[p2 + 2 * c]).reinterpretAsShorts();
        ShortVector z2 = IntVector.broadcast(I, pairs[p2 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h02 = even0.mul(x2).add(odd0.mul(z2)).reinterpretAsInts();
        t02 =
            t02.add(h02.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h02.lanewise(VectorOperators.ASHR, 16));
        ShortVector x3 = IntVector.broadcast(I, pairs[p3 + 2 * c]).reinterpretAsShorts();
        ShortVector z3 = IntVector.broadcast(I, pairs[p3 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h03 = even0.mul(x3).add(odd0.mul(z3)).reinterpretAsInts();
        t03 =
            t03.add(h03.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h03.lanewise(VectorOperators.ASHR, 16));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector a00 =
          ((FloatVector) t00.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      if (mins != null) {
        a00 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00);
      }
      a00.intoArray(y, y00);
      FloatVector a01 =
          ((FloatVector) t01.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y01));
      if (mins != null) {
        a01 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d1 + block]), a01);
      }
      a01.intoArray(y, y01);
      FloatVector a02 =
          ((FloatVector) t02.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d2 + block]), FloatVector.fromArray(F, y, y02));
      if (mins != null) {
        a02 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d2 + block]), a02);
      }
      a02.intoArray(y, y02);
      FloatVector a03 =
          ((FloatVector) t03.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d3 + block]), FloatVector.fromArray(F, y, y03));
      if (mins != null) {
        a03 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d3 + block]), a03);
      }
      a03.intoArray(y, y03);
      q0 += 8 * R;
      s0 += R;
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
  }

  static void bytes2x4(
      int[] quants,
      float[] scales,
      float @Nullable [] mins,
      int g,
      int blocks,
      Activations x,
      int row,
      float[] y,
      int at,
      int stride) {
    int q0 = (g) * blocks * 8 * R;
    int s0 = (g) * blocks * R;
    int q1 = (g + 1) * blocks * 8 * R;
    int s1 = (g + 1) * blocks * R;
    int[] pairs = x.pairs;
    int p0 = (row) * x.columns / 2;
    int d0 = (row) * blocks;
    int p1 = (row + 1) * x.columns / 2;
    int d1 = (row + 1) * blocks;
    int p2 = (row + 2) * x.columns / 2;
    int d2 = (row + 2) * blocks;
    int p3 = (row + 3) * x.columns / 2;
    int d3 = (row + 3) * blocks;
    int y00 = at;
    FloatVector.zero(F).intoArray(y, y00);
    int y01 = at + stride;
    FloatVector.zero(F).intoArray(y, y01);
    int y02 = at + 2 * stride;
    FloatVector.zero(F).intoArray(y, y02);
    int y03 = at + 3 * stride;
    FloatVector.zero(F).intoArray(y, y03);
    int y10 = at + R;
    FloatVector.zero(F).intoArray(y, y10);
    int y11 = at + stride + R;
    FloatVector.zero(F).intoArray(y, y11);
    int y12 = at + 2 * stride + R;
    FloatVector.zero(F).intoArray(y, y12);
    int y13 = at + 3 * stride + R;
    FloatVector.zero(F).intoArray(y, y13);
    for (int block = 0; block < blocks; block++) {
      IntVector t00 = IntVector.zero(I);
      IntVector t01 = IntVector.zero(I);
      IntVector t02 = IntVector.zero(I);
      IntVector t03 = IntVector.zero(I);
      IntVector t10 = IntVector.zero(I);
      IntVector t11 = IntVector.zero(I);
      IntVector t12 = IntVector.zero(I);
      IntVector t13 = IntVector.zero(I);
      for (int c = 0; c < 8; c++) {
        ShortVector v0 = IntVector.fromArray(I, quants, q0 + c * R).reinterpretAsShorts();
        ShortVector even0 = v0.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        ShortVector odd0 = v0.lanewise(VectorOperators.ASHR, 8);
        ShortVector v1 = IntVector.fromArray(I, quants, q1 + c * R).reinterpretAsShorts();
        ShortVector even1 = v1.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        ShortVector odd1 = v1.lanewise(VectorOperators.ASHR, 8);
        ShortVector x0 = IntVector.broadcast(I, pairs[p0 + 2 * c]).reinterpretAsShorts();
        ShortVector z0 = IntVector.broadcast(I, pairs[p0 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h00 = even0.mul(x0).add(odd0.mul(z0)).reinterpretAsInts();
        t00 =
            t00.add(h00.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h00.lanewise(VectorOperators.ASHR, 16));
        IntVector h10 = even1.mul(x0).add(odd1.mul(z0)).reinterpretAsInts();
        t10 =
            t10.add(h10.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h10.lanewise(VectorOperators.ASHR, 16));
        ShortVector x1 = IntVector.broadcast(I, pairs[p1 + 2 * c]).reinterpretAsShorts();
        ShortVector z1 = IntVector.broadcast(I, pairs[p1 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h01 = even0.mul(x1).add(odd0.mul(z1)).reinterpretAsInts();
        t01 =
            t01.add(h01.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h01.lanewise(VectorOperators.ASHR, 16));
        IntVector h11 = even1.mul(x1).add(odd1.mul(z1)).reinterpretAsInts();
        t11 =
            t11.add(h11.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h11.lanewise(VectorOperators.ASHR, 16));
        ShortVector x2 = IntVector.broadcast(I, pairs[p2 + 2 * c]).reinterpretAsShorts();
        ShortVector z2 = IntVector.broadcast(I, pairs[p2 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h02 = even0.mul(x2).add(odd0.mul(z2)).reinterpretAsInts();
        t02 =
            t02.add(h02.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h02.lanewise(VectorOperators.ASHR, 16));
        IntVector h12 = even1.mul(x2).add(odd1.mul(z2)).reinterpretAsInts();
        t12 =
            t12.add(h12.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h12.lanewise(VectorOperators.ASHR, 16));
        ShortVector x3 = IntVector.broadcast(I, pairs[p3 + 2 * c]).reinterpretAsShorts();
        ShortVector z3 = IntVector.broadcast(I, pairs[p3 + 2 * c + 1]).reinterpretAsShorts();
        IntVector h03 = even0.mul(x3).add(odd0.mul(z3)).reinterpretAsInts();
        t03 =
            t03.add(h03.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h03.lanewise(VectorOperators.ASHR, 16));
        IntVector h13 = even1.mul(x3).add(odd1.mul(z3)).reinterpretAsInts();
        t13 =
            t13.add(h13.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(h13.lanewise(VectorOperators.ASHR, 16));
      }
      FloatVector scale0 = FloatVector.fromArray(F, scales, s0);
      FloatVector a00 =
          ((FloatVector) t00.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y00));
      if (mins != null) {
        a00 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d0 + block]), a00);
      }
      a00.intoArray(y, y00);
      FloatVector a01 =
          ((FloatVector) t01.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y01));
      if (mins != null) {
        a01 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d1 + block]), a01);
      }
      a01.intoArray(y, y01);
      FloatVector a02 =
          ((FloatVector) t02.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d2 + block]), FloatVector.fromArray(F, y, y02));
      if (mins != null) {
        a02 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d2 + block]), a02);
      }
      a02.intoArray(y, y02);
      FloatVector a03 =
          ((FloatVector) t03.convert(VectorOperators.I2F, 0))
              .fma(scale0.mul(x.scales[d3 + block]), FloatVector.fromArray(F, y, y03));
      if (mins != null) {
        a03 =
            FloatVector.fromArray(F, mins, s0)
                .fma(FloatVector.broadcast(F, x.sums[d3 + block]), a03);
      }
      a03.intoArray(y, y03);
      q0 += 8 * R;
      s0 += R;
      FloatVector scale1 = FloatVector.fromArray(F, scales, s1);
      FloatVector a10 =
          ((FloatVector) t10.convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d0 + block]), FloatVector.fromArray(F, y, y10));
      if (mins != null) {
        a10 =
            FloatVector.fromArray(F, mins, s1)
                .fma(FloatVector.broadcast(F, x.sums[d0 + block]), a10);
      }
      a10.intoArray(y, y10);
      FloatVector a11 =
          ((FloatVector) t11.convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d1 + block]), FloatVector.fromArray(F, y, y11));
      if (mins != null) {
        a11 =
            FloatVector.fromArray(F, mins, s1)
                .fma(FloatVector.broadcast(F, x.sums[d1 + block]), a11);
      }
      a11.intoArray(y, y11);
      FloatVector a12 =
          ((FloatVector) t12.convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d2 + block]), FloatVector.fromArray(F, y, y12));
      if (mins != null) {
        a12 =
            FloatVector.fromArray(F, mins, s1)
                .fma(FloatVector.broadcast(F, x.sums[d2 + block]), a12);
      }
      a12.intoArray(y, y12);
      FloatVector a13 =
          ((FloatVector) t13.convert(VectorOperators.I2F, 0))
              .fma(scale1.mul(x.scales[d3 + block]), FloatVector.fromArray(F, y, y13));
      if (mins != null) {
        a13 =
            FloatVector.fromArray(F, mins, s1)
                .fma(FloatVector.broadcast(F, x.sums[d3 + block]), a13);
      }
      a13.intoArray(y, y13);
      q1 += 8 * R;
      s1 += R;
      p0 += 16;
      p1 += 16;
      p2 += 16;
      p3 += 16;
    }
  }

  /** As {@code bytes1x1}, with a scale for each half of a block. */
  static void halves1x1(
      int[] quants, float[] scales, int g, int blocks, Activations x, int row, float[] y, int at) {
    int q = g * blocks * 8 * R;
    int s = g * blocks * 2 * R;
    int p = row * x.columns / 2;
    int d = row * blocks;
    FloatVector.zero(F).intoArray(y, at);
    for (int half = 0; half < 2 * blocks; half++) {
      IntVector t = IntVector.zero(I);
      for (int c = 0; c < 4; c++) {
        ShortVector v = IntVector.fromArray(I, quants, q + c * R).reinterpretAsShorts();
        ShortVector even = v.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
        ShortVector odd = v.lanewise(VectorOperators.ASHR, 8);
        ShortVector x0 = IntVector.broadcast(I, x.pairs[p + 2 * c]).reinterpretAsShorts();
        ShortVector x1 = IntVector.broadcast(I, x.pairs[p + 2 * c + 1]).reinterpretAsShorts();
        IntVector both = even.mul(x0).add(odd.mul(x1)).reinterpretAsInts();
        t =
            t.add(both.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16))
                .add(both.lanewise(VectorOperators.ASHR, 16));
      }
      ((FloatVector) t.convert(VectorOperators.I2F, 0))
          .fma(
              FloatVector.fromArray(F, scales, s).mul(x.scales[d + half / 2]),
              FloatVector.fromArray(F, y, at))
          .intoArray(y, at);
      q += 4 * R;
      s += R;
      p += 8;
    }
  }

  /** Float weights: an FMA a column, in order. */
  static void floats1x1(float[] weights, int g, Activations x, int row, float[] y, int at) {
    int w = g * x.columns * R;
    int v = row * x.columns;
    FloatVector a = FloatVector.zero(F);
    for (int k = 0; k < x.columns; k++) {
      a =
          FloatVector.fromArray(F, weights, w + k * R)
              .fma(FloatVector.broadcast(F, x.values[v + k]), a);
    }
    a.intoArray(y, at);
  }

  static void floats1x4(
      float[] weights, int g, Activations x, int row, float[] y, int at, int stride) {
    int w = g * x.columns * R;
    int v0 = row * x.columns;
    int v1 = v0 + x.columns;
    int v2 = v1 + x.columns;
    int v3 = v2 + x.columns;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    for (int k = 0; k < x.columns; k++) {
      FloatVector weight = FloatVector.fromArray(F, weights, w + k * R);
      a0 = weight.fma(FloatVector.broadcast(F, x.values[v0 + k]), a0);
      a1 = weight.fma(FloatVector.broadcast(F, x.values[v1 + k]), a1);
      a2 = weight.fma(FloatVector.broadcast(F, x.values[v2 + k]), a2);
      a3 = weight.fma(FloatVector.broadcast(F, x.values[v3 + k]), a3);
    }
    a0.intoArray(y, at);
    a1.intoArray(y, at + stride);
    a2.intoArray(y, at + 2 * stride);
    a3.intoArray(y, at + 3 * stride);
  }
}
