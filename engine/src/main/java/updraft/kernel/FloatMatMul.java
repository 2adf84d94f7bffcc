package updraft.kernel;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/**
 * Products with weights of 32- or 16-bit floats on the Vector API: an FMA a column, in order.
 * Defined once for a vector width and a kind of matrix, see {@link VectorWidths}.
 */
final class FloatMatMul extends TiledMatMul {
  private static final Kind KIND = VectorWidths.kind(MethodHandles.lookup(), Kind.F32);
  private static final VectorSpecies<Float> F = VectorWidths.floats(MethodHandles.lookup());
  private static final VectorSpecies<Integer> I = VectorWidths.ints(MethodHandles.lookup());
  private static final int R = F.length();

  private static final int COLUMNS = KIND.columns();

  /** The odd column's bits of a word. */
  private static final int HIGH = 0xffff0000;

  /** Sign, and five bits of exponent and ten of mantissa, where a float has them. */
  private static final int PLACES = 0x8fffe000;

  /** What a 16-bit float's bits in those places are too small by, subnormal ones included. */
  private static final float HALF = 0x1p112f;

  FloatMatMul() {
    super(R);
  }

  @Override
  void tile1x1(PackedMatrix w, int g, Activations x, int row, float[] y, int at) {
    int[] words = w.words();
    float[] values = x.values;
    int q = g * w.blocks() * R;
    int p = row * x.columns;
    int whole = x.columns / COLUMNS;
    FloatVector a = FloatVector.zero(F);
    for (int i = 0; i < whole; i++) {
      IntVector word = IntVector.fromArray(I, words, q + i * R);
      FloatVector even = word.reinterpretAsFloats();
      if (KIND == Kind.F16) {
        even =
            word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
      } else if (KIND == Kind.BF16) {
        even = word.lanewise(LSHL, 16).reinterpretAsFloats();
      }
      a = even.fma(FloatVector.broadcast(F, values[p + i * COLUMNS]), a);
      if (COLUMNS == 2) {
        FloatVector odd = word.and(HIGH).reinterpretAsFloats();
        if (KIND == Kind.F16) {
          odd = word.lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
        }
        a = odd.fma(FloatVector.broadcast(F, values[p + i * COLUMNS + 1]), a);
      }
    }
    a.intoArray(y, at);
    if (whole * COLUMNS < x.columns) {
      last(words, q + whole * R, values[p + x.columns - 1], y, at);
    }
  }

  @Override
  void tile1x2(PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride) {
    tile1x1(w, g, x, row, y, at);
    tile1x1(w, g, x, row + 1, y, at + yStride);
  }

  @Override
  void tile2x4(PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride) {
    tile1x4(w, g, x, row, y, at, yStride);
    tile1x4(w, g + 1, x, row, y, at + R, yStride);
  }

  private static void tile1x4(
      PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride) {
    int[] words = w.words();
    float[] values = x.values;
    int q = g * w.blocks() * R;
    int p0 = row * x.columns;
    int p1 = p0 + x.columns;
    int p2 = p1 + x.columns;
    int p3 = p2 + x.columns;
    int whole = x.columns / COLUMNS;
    FloatVector a0 = FloatVector.zero(F);
    FloatVector a1 = a0;
    FloatVector a2 = a0;
    FloatVector a3 = a0;
    for (int i = 0; i < whole; i++) {
      IntVector word = IntVector.fromArray(I, words, q + i * R);
      FloatVector even = word.reinterpretAsFloats();
      if (KIND == Kind.F16) {
        even =
            word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
      } else if (KIND == Kind.BF16) {
        even = word.lanewise(LSHL, 16).reinterpretAsFloats();
      }
      a0 = even.fma(FloatVector.broadcast(F, values[p0 + i * COLUMNS]), a0);
      a1 = even.fma(FloatVector.broadcast(F, values[p1 + i * COLUMNS]), a1);
      a2 = even.fma(FloatVector.broadcast(F, values[p2 + i * COLUMNS]), a2);
      a3 = even.fma(FloatVector.broadcast(F, values[p3 + i * COLUMNS]), a3);
      if (COLUMNS == 2) {
        FloatVector odd = word.and(HIGH).reinterpretAsFloats();
        if (KIND == Kind.F16) {
          odd = word.lanewise(ASHR, 3).and(PLACES).reinterpretAsFloats().mul(HALF);
        }
        a0 = odd.fma(FloatVector.broadcast(F, values[p0 + i * COLUMNS + 1]), a0);
        a1 = odd.fma(FloatVector.broadcast(F, values[p1 + i * COLUMNS + 1]), a1);
        a2 = odd.fma(FloatVector.broadcast(F, values[p2 + i * COLUMNS + 1]), a2);
        a3 = odd.fma(FloatVector.broadcast(F, values[p3 + i * COLUMNS + 1]), a3);
      }
    }
    a0.intoArray(y, at);
    a1.intoArray(y, at + yStride);
    a2.intoArray(y, at + 2 * yStride);
    a3.intoArray(y, at + 3 * yStride);
    if (whole * COLUMNS < x.columns) {
      for (int b = 0; b < 4; b++) {
        last(words, q + whole * R, values[(row + b + 1) * x.columns - 1], y, at + b * yStride);
      }
    }
  }

  /** The last of an odd number of columns, which stands in a word alone. */
  private static void last(int[] words, int from, float value, float[] y, int at) {
    for (int lane = 0; lane < R; lane++) {
      int word = words[from + lane];
      float weight =
          KIND == Kind.F16 ? Float.float16ToFloat((short) word) : Float.intBitsToFloat(word << 16);
      y[at + lane] = Math.fma(weight, value, y[at + lane]);
    }
  }
}
