package updraft.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/** {@link RowMath} in C, {@code src/main/native/rows.h}. */
final class NativeRowMath implements RowMath {
  // in the order of rows.h
  private static final int RMS_NORM = 0;
  private static final int ADD = 1;
  private static final int SCALE = 2;
  private static final int SWIGLU = 3;
  private static final int EXPONENTIALS = 4;
  private static final int FINITE = 5;
  private static final int SCORES = 6;
  private static final int WEIGH = 7;

  private static final float[] NONE = {};

  /** One signature for all, since linking one takes milliseconds. */
  private static final MethodHandle ROW =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  JAVA_FLOAT,
                  JAVA_INT,
                  ADDRESS,
                  JAVA_INT,
                  ADDRESS,
                  JAVA_INT,
                  ADDRESS,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_INT,
                  JAVA_FLOAT),
              Linker.Option.critical(true));

  private static final MethodHandle QUANTIZE =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.ofVoid(
                  ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT,
                  JAVA_INT),
              Linker.Option.critical(true));

  private final MemorySegment row;
  private final MemorySegment quantize;

  NativeRowMath(InstructionSet set) {
    row = NativeLibrary.function(set, "row");
    quantize = NativeLibrary.function(set, "quantize");
  }

  @Override
  public void quantize(Activations x, int ofRow, int firstBlock, int endBlock) {
    Objects.checkFromToIndex(firstBlock, endBlock, x.columns / 32);
    Objects.checkIndex(ofRow, x.values.length / x.columns);
    try {
      QUANTIZE.invokeExact(
          quantize,
          x.valuesView,
          x.wordsView,
          x.scalesView,
          x.sumsView,
          x.totalsView,
          x.columns,
          ofRow,
          firstBlock,
          endBlock);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C throws nothing", e);
    }
  }

  @Override
  public float rmsNorm(
      float[] x, int from, float[] weight, int n, float epsilon, float[] out, int to) {
    check(x, from, n);
    check(weight, 0, n);
    check(out, to, n);
    return call(RMS_NORM, x, from, weight, 0, out, to, n, 0, epsilon);
  }

  @Override
  public void add(float[] x, int from, float[] y, int yFrom, int n) {
    check(x, from, n);
    check(y, yFrom, n);
    call(ADD, x, from, y, yFrom, NONE, 0, n, 0, 0);
  }

  @Override
  public void scale(float[] x, int from, int n, float factor) {
    check(x, from, n);
    call(SCALE, x, from, NONE, 0, NONE, 0, n, 0, factor);
  }

  @Override
  public void swiglu(
      float[] gate, int gateFrom, float[] up, int upFrom, int n, float[] out, int to) {
    check(gate, gateFrom, n);
    check(up, upFrom, n);
    check(out, to, n);
    call(SWIGLU, gate, gateFrom, up, upFrom, out, to, n, 0, 0);
  }

  @Override
  public float exponentials(float[] x, int from, int n) {
    if (n == 0) {
      return 0;
    }
    check(x, from, (n + LANES - 1) & -LANES);
    return call(EXPONENTIALS, x, from, NONE, 0, NONE, 0, n, 0, 0);
  }

  @Override
  public boolean finite(float[] x, int from, int n) {
    check(x, from, n);
    return call(FINITE, x, from, NONE, 0, NONE, 0, n, 0, 0) != 0;
  }

  @Override
  public void scores(
      float[] q, int qFrom, float[] keys, int headSize, float scale, float[] scores, int to) {
    check(q, qFrom, headSize);
    check(keys, 0, headSize * LANES);
    check(scores, to, LANES);
    call(SCORES, q, qFrom, keys, 0, scores, to, headSize, 0, scale);
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
    check(weights, weightsFrom, positions);
    check(values, 0, positions * headSize);
    check(out, to, headSize);
    call(WEIGH, weights, weightsFrom, values, 0, out, to, headSize, positions, 0);
  }

  /** C does not look at bounds. */
  private static void check(float[] x, int from, int n) {
    Objects.checkFromIndexSize(from, n, x.length);
  }

  private float call(
      int what, float[] a, int a0, float[] b, int b0, float[] c, int c0, int n, int m, float f) {
    try {
      return (float)
          ROW.invokeExact(
              row,
              what,
              MemorySegment.ofArray(a),
              a0,
              MemorySegment.ofArray(b),
              b0,
              MemorySegment.ofArray(c),
              c0,
              n,
              m,
              f);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C throws nothing", e);
    }
  }
}
