package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every width gives the scalar twin's bits; the twin is held to the formulas in double. */
class RowMathTest {
  private static final RowMath SCALAR = Kernels.of(0).rowMath();

  /** Beside all lengths up to 70. */
  private static final int[] LONG_LENGTHS = {96, 127, 128, 576, 1000};

  private final SplittableRandom random = new SplittableRandom(7);

  /** On the Vector API at every width, and in C for every instruction set, that there is here. */
  static Stream<Kernels> widths() {
    return Stream.concat(
        IntStream.of(128, 256, 512)
            .filter(bits -> bits <= VectorWidths.preferredBits())
            .mapToObj(Kernels::of),
        NativeLibrary.sets().stream().map(Kernels::natively));
  }

  private static IntStream lengths() {
    return IntStream.concat(IntStream.rangeClosed(1, 70), IntStream.of(LONG_LENGTHS));
  }

  static IntStream headSizes() {
    return IntStream.of(2, 6, 16, 20, 32, 64, 80, 96, 128, 130);
  }

  @ParameterizedTest
  @MethodSource("widths")
  void normalizesAsScalarCodeDoes(Kernels kernels) {
    lengths()
        .forEach(
            n -> {
              float[] x = randoms(n + 3, 2);
              float[] weight = randoms(n, 1);
              float[] expected = new float[n + 5];
              float[] found = new float[n + 5];
              float sum = SCALAR.rmsNorm(x, 3, weight, n, 1e-5f, expected, 5);
              assertThat(kernels.rowMath().rmsNorm(x, 3, weight, n, 1e-5f, found, 5))
                  .isEqualTo(sum);
              assertSameBits(found, expected, "length " + n);
            });
  }

  @Test
  void normalizesToUnitMeanSquareTimesWeight() {
    float[] x = randoms(77, 4);
    float[] weight = randoms(77, 1);
    float[] out = new float[77];
    float sum = SCALAR.rmsNorm(x, 0, weight, 77, 1e-3f, out, 0);
    double squares = 0;
    for (float value : x) {
      squares += (double) value * value;
    }
    assertThat((double) sum).isCloseTo(squares, within(1e-5 * squares));
    for (int i = 0; i < 77; i++) {
      double expected = x[i] / Math.sqrt(squares / 77 + 1e-3) * weight[i];
      assertThat((double) out[i]).isCloseTo(expected, within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void normalizesInPlace(Kernels kernels) {
    float[] x = randoms(96, 2);
    float[] weight = randoms(96, 1);
    float[] expected = new float[96];
    SCALAR.rmsNorm(x, 0, weight, 96, 1e-5f, expected, 0);
    kernels.rowMath().rmsNorm(x, 0, weight, 96, 1e-5f, x, 0);
    assertSameBits(x, expected, "in place");
  }

  @ParameterizedTest
  @MethodSource("widths")
  void sumOfSquaresTellsOfEveryBadNumber(Kernels kernels) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int at = 0; at < 70; at++) {
        float[] x = randoms(70, 1);
        x[at] = bad;
        float sum = kernels.rowMath().rmsNorm(x, 0, new float[70], 70, 1e-5f, new float[70], 0);
        assertThat(sum < Float.POSITIVE_INFINITY).isFalse();
        assertThat(kernels.rowMath().finite(x, 0, 70)).isFalse();
        assertThat(kernels.rowMath().finite(x, 0, at)).isTrue();
        assertThat(kernels.rowMath().finite(x, at + 1, 69 - at)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void addsAndScalesAsScalarCodeDoes(Kernels kernels) {
    lengths()
        .forEach(
            n -> {
              float[] expected = randoms(n + 4, 1);
              float[] found = expected.clone();
              float[] y = randoms(n + 7, 1);
              SCALAR.add(expected, 4, y, 7, n);
              SCALAR.scale(expected, 4, n, 0.37f);
              kernels.rowMath().add(found, 4, y, 7, n);
              kernels.rowMath().scale(found, 4, n, 0.37f);
              assertSameBits(found, expected, "length " + n);
            });
  }

  @ParameterizedTest
  @MethodSource("widths")
  void activatesAsScalarCodeDoes(Kernels kernels) {
    lengths()
        .forEach(
            n -> {
              float[] gate = randoms(n + 2, 120); // far into where exp is clamped
              gate[n + 1] = n % 2 == 0 ? Float.NaN : Float.NEGATIVE_INFINITY;
              float[] up = randoms(n + 1, 1);
              float[] expected = new float[n];
              float[] found = new float[n];
              SCALAR.swiglu(gate, 2, up, 1, n, expected, 0);
              kernels.rowMath().swiglu(gate, 2, up, 1, n, found, 0);
              assertSameBits(found, expected, "length " + n);
            });
  }

  @Test
  void activatesWithTheSigmoidOfTheGate() {
    float[] out = new float[3];
    SCALAR.swiglu(new float[] {0, 2, -3}, 0, new float[] {5, 7, 11}, 0, 3, out, 0);
    assertThat(out[0]).isZero();
    assertThat((double) out[1]).isCloseTo(2 / (1 + Math.exp(-2)) * 7, within(1e-5));
    assertThat((double) out[2]).isCloseTo(-3 / (1 + Math.exp(3)) * 11, within(1e-5));
  }

  @ParameterizedTest
  @MethodSource("widths")
  void exponentiatesAsScalarCodeDoes(Kernels kernels) {
    lengths()
        .forEach(
            n -> {
              float[] expected = randoms(n + 3 + RowMath.LANES, 60);
              float[] found = expected.clone();
              float sum = SCALAR.exponentials(expected, 3, n);
              assertThat(kernels.rowMath().exponentials(found, 3, n)).isEqualTo(sum);
              assertSameBits(found, expected, "length " + n);
            });
  }

  @ParameterizedTest
  @MethodSource("widths")
  void exponentialIsTheSameFunctionEverywhere(Kernels kernels) {
    int n = 1 << 16;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = -Math.abs(Float.intBitsToFloat(i * 32749)); // dense over exponents, NaN left out
      x[i] = Float.isNaN(x[i]) ? -1 : x[i];
    }
    x[0] = 0; // the largest, so that nothing is subtracted
    float[] found = x.clone();
    kernels.rowMath().exponentials(found, 0, n);
    for (int i = 0; i < n; i++) {
      assertThat(found[i]).isEqualTo(Exp.exp(x[i]));
    }
  }

  @Test
  void exponentialsAreRelativeToTheLargestAndZeroInThePadding() {
    float[] x = {1, 3, 2, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99};
    float sum = SCALAR.exponentials(x, 0, 3);
    assertThat((double) x[0]).isCloseTo(Math.exp(-2), within(1e-6));
    assertThat(x[1]).isEqualTo(1f);
    assertThat((double) sum).isCloseTo(1 + Math.exp(-1) + Math.exp(-2), within(1e-6));
    for (int i = 3; i < x.length; i++) {
      assertThat(x[i]).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("widths")
  void scoresAsScalarCodeDoes(Kernels kernels) {
    headSizes()
        .forEach(
            size -> {
              float[] q = randoms(size + 5, 1);
              float[] keys = randoms(size * RowMath.LANES, 1);
              float[] expected = new float[RowMath.LANES + 2];
              float[] found = new float[RowMath.LANES + 2];
              SCALAR.scores(q, 5, keys, size, 0.125f, expected, 2);
              kernels.rowMath().scores(q, 5, keys, size, 0.125f, found, 2);
              assertSameBits(found, expected, "head size " + size);
            });
  }

  @Test
  void scoreIsTheScaledProductOfQueryAndKey() {
    headSizes()
        .forEach(
            size -> {
              float[] q = randoms(size, 1);
              float[] keys = randoms(size * RowMath.LANES, 1);
              float[] scores = new float[RowMath.LANES];
              SCALAR.scores(q, 0, keys, size, 0.25f, scores, 0);
              for (int p = 0; p < RowMath.LANES; p++) {
                double exact = 0;
                for (int i = 0; i < size; i++) {
                  exact += 0.25 * q[i] * keys[i * RowMath.LANES + p];
                }
                assertThat((double) scores[p]).isCloseTo(exact, within(1e-6 * size));
              }
            });
  }

  @ParameterizedTest
  @MethodSource("widths")
  void weighsAsScalarCodeDoes(Kernels kernels) {
    headSizes()
        .forEach(
            size -> {
              for (int positions = 1; positions <= RowMath.LANES; positions++) {
                float[] weights = randoms(positions + 1, 1);
                float[] values = randoms(positions * size, 1);
                float[] expected = randoms(size + 3, 1);
                float[] found = expected.clone();
                SCALAR.weigh(weights, 1, positions, values, size, expected, 3);
                kernels.rowMath().weigh(weights, 1, positions, values, size, found, 3);
                assertSameBits(found, expected, "head size " + size + ", positions " + positions);
              }
            });
  }

  @Test
  void weighingPagesOneAfterTheOtherIsWeighingThemAtOnce() {
    float[] weights = randoms(32, 1);
    float[] values = randoms(32 * 20, 1);
    float[] atOnce = new float[20];
    SCALAR.weigh(weights, 0, 32, values, 20, atOnce, 0);
    float[] second = java.util.Arrays.copyOfRange(values, 16 * 20, 32 * 20);
    float[] parts = new float[20];
    SCALAR.weigh(weights, 0, 16, values, 20, parts, 0);
    SCALAR.weigh(weights, 16, 16, second, 20, parts, 0);
    assertSameBits(parts, atOnce, "two pages");
  }

  @ParameterizedTest
  @MethodSource("widths")
  void quantizesAsScalarCodeDoes(Kernels kernels) {
    for (float scale : new float[] {1, 1e-3f, 1e30f, 1e-37f, 1e-42f, 0}) {
      Activations expected = new Activations(2, 7 * 32);
      Activations found = new Activations(2, 7 * 32);
      float[] values = randoms(2 * 7 * 32, scale);
      System.arraycopy(values, 0, expected.values(), 0, values.length);
      System.arraycopy(values, 0, found.values(), 0, values.length);
      SCALAR.quantize(expected, 1, 2, 7);
      kernels.rowMath().quantize(found, 1, 2, 7);
      assertThat(QuantizedRows.of(found)).isEqualTo(QuantizedRows.of(expected));
      assertSameBits(found.scales, expected.scales, "scales at " + scale);
      assertSameBits(found.sums, expected.sums, "sums at " + scale);
    }
  }

  @Test
  void quantizedBlocksAreWithinHalfAStepOfTheirFloats() {
    Activations x = new Activations(1, 64);
    float[] values = randoms(64, 3);
    System.arraycopy(values, 0, x.values(), 0, 64);
    SCALAR.quantize(x, 0, 0, 2);
    for (int block = 0; block < 2; block++) {
      int sum = 0;
      for (int t = 0; t < 16; t++) {
        int pair = x.pairs[block * 16 + t];
        int k = block * 32 + 4 * (t / 2) + t % 2;
        float step = x.scales[block];
        assertThat((short) pair * step).isCloseTo(values[k], within(step * 0.501f));
        assertThat((pair >> 16) * step).isCloseTo(values[k + 2], within(step * 0.501f));
        sum += (short) pair + (pair >> 16);
      }
      assertThat(x.sums[block]).isEqualTo(x.scales[block] * sum);
    }
  }

  private float[] randoms(int n, float scale) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) random.nextDouble(-1, 1) * scale;
    }
    return x;
  }

  private static void assertSameBits(float[] found, float[] expected, String what) {
    assertThat(bits(found)).as(what).isEqualTo(bits(expected));
  }

  private static int[] bits(float[] x) {
    return IntStream.range(0, x.length).map(i -> Float.floatToIntBits(x[i])).toArray();
  }
}
