package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import updraft.model.GgufTensor;
import updraft.model.PackedMatrix;
import updraft.model.QuantType;
import updraft.model.RandomTensor;
import updraft.model.Repacker;

/**
 * The same contract for every vector width and native instruction set; those that the machine lacks
 * are not run.
 */
class MatMulTest {
  private static final Kernels SCALAR = Kernels.of(0);

  private static final int[] OUTPUTS = {1, 7, 13, 16, 65};
  private static final int[] ROWS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33};

  static Stream<Kernels> kernels() {
    return RowMathTest.widths();
  }

  private static int[] columns(QuantType type) {
    return switch (type.blockElements()) {
      case 1 -> new int[] {1, 33, 96, 256};
      case 32 -> new int[] {32, 96, 576, 1120};
      default -> new int[] {256, 1280};
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void everyWidthGivesTheBitsOfScalarCode(QuantType type) {
    for (int columns : columns(type)) {
      for (int outputs : OUTPUTS) {
        // every number of rows on the largest, whose groups are odd in number at every width
        int[] rowCounts = outputs == 65 ? ROWS : new int[] {1, 7};
        int most = rowCounts[rowCounts.length - 1];
        GgufTensor tensor = RandomTensor.of(type, outputs, columns, outputs * 31L + columns);
        Activations x = activations(most, columns, outputs + columns);
        float[][] expected = product(SCALAR, tensor, x, most);
        int size = outputs;
        kernels()
            .forEach(
                kernels -> {
                  for (int rows : rowCounts) {
                    assertThat(product(kernels, tensor, x, rows))
                        .as("%s, %s, %d × %d, %d rows", type, kernels, size, columns, rows)
                        .isDeepEqualTo(Arrays.copyOf(expected, rows));
                  }
                });
      }
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void staysCloseToDoublePrecision(QuantType type) {
    int columns = columns(type)[1];
    GgufTensor tensor = RandomTensor.of(type, 65, columns, 3);
    Activations x = activations(3, columns, 4);
    float[][] y = product(SCALAR, tensor, x, 3);
    float[] w = new float[columns];
    // int8 activations are off by half a step, 1/254 of their block's largest
    double tolerance = type.blockElements() == 1 ? 1e-6 : 0.5 / 127;
    for (int output = 0; output < 65; output++) {
      tensor.dequantizeRow(output, w, 0);
      for (int row = 0; row < 3; row++) {
        double sum = 0;
        double magnitude = 0;
        for (int k = 0; k < columns; k++) {
          float a = x.values()[row * columns + k];
          sum += (double) w[k] * a;
          magnitude += Math.abs(w[k] * (type.blockElements() == 1 ? a : 3.5));
        }
        assertThat((double) y[row][output]).isCloseTo(sum, within(tolerance * magnitude));
      }
    }
  }

  /** Exact but for the rounding of floats: against the integers that were multiplied. */
  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1"})
  void extremesOverflowNowhere(QuantType type) {
    int columns = 64;
    for (int fill : new int[] {0x80, 0x7f, 0xff, 0x00}) {
      byte[] bytes = new byte[(int) (16 * type.bytes(columns))];
      Arrays.fill(bytes, (byte) fill);
      MemorySegment data = MemorySegment.ofArray(bytes);
      for (int at = 0; at < bytes.length; at += type.blockBytes()) {
        bytes[at] = 0x00; // a scale of 1
        bytes[at + 1] = 0x3c;
        if (type == QuantType.Q4_1 || type == QuantType.Q5_1) {
          bytes[at + 2] = 0;
          bytes[at + 3] = 0;
        }
      }
      GgufTensor tensor = new GgufTensor("extreme", type, 16, columns, data);
      float[] w = new float[columns];
      tensor.dequantizeRow(0, w, 0);
      for (float sign : new float[] {-127, 127}) {
        Activations x = new Activations(4, columns);
        Arrays.fill(x.values(), sign);
        double expected = 0;
        for (float weight : w) {
          expected += weight * sign;
        }
        double exact = expected;
        Stream.concat(Stream.of(SCALAR), kernels())
            .forEach(
                kernels -> {
                  for (float[] row : product(kernels, tensor, x, 4)) {
                    for (float y : row) {
                      assertThat((double) y).as("%s %x, %s", type, fill, kernels).isEqualTo(exact);
                    }
                  }
                });
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void writesOnlyTheGroupsAskedFor(Kernels kernels) {
    int lanes = kernels.lanes();
    for (QuantType type : EnumSet.complementOf(EnumSet.of(QuantType.I64))) {
      PackedMatrix w = new Repacker(lanes).pack(RandomTensor.of(type, 5 * lanes, 256, 1));
      Activations x = activations(6, 256, 2);
      quantize(kernels, x, 6);
      int stride = 5 * lanes + 3;
      float[] all = new float[7 * stride + 5];
      kernels.matMul().multiply(w, 0, 5, x, 6, all, 5, stride);
      float[] some = new float[all.length];
      Arrays.fill(some, -1);
      kernels.matMul().multiply(w, 1, 4, x, 6, some, 5, stride);
      for (int i = 0; i < some.length; i++) {
        int column = (i - 5) % stride;
        boolean inside = i >= 5 && i < 5 + 6 * stride && column >= lanes && column < 4 * lanes;
        assertThat(some[i]).isEqualTo(inside ? all[i] : -1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void rowsThatAreNotFiniteLeaveOthersAlone(Kernels kernels) {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (QuantType type : EnumSet.complementOf(EnumSet.of(QuantType.I64))) {
        GgufTensor tensor = RandomTensor.of(type, 33, 256, 5);
        Activations good = activations(5, 256, 6);
        Activations mixed = activations(5, 256, 6);
        mixed.values()[2 * 256 + 77] = bad;
        float[][] expected = product(kernels, tensor, good, 5);
        float[][] actual = product(kernels, tensor, mixed, 5);
        for (int row = 0; row < 5; row++) {
          if (row != 2) {
            assertThat(actual[row]).isEqualTo(expected[row]);
          } else {
            for (float y : actual[row]) {
              assertThat(Float.isFinite(y)).as("%s of %s", y, type).isFalse();
            }
          }
        }
      }
    }
  }

  static Activations activations(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Activations x = new Activations(rows, columns);
    for (int i = 0; i < x.values().length; i++) {
      // a block now and then is all zero
      x.values()[i] =
          random.nextInt(3000) == 0 || i / 32 % 19 == 7
              ? 0
              : (float) Math.max(-3.5, Math.min(3.5, random.nextGaussian()));
    }
    return x;
  }

  private static void quantize(Kernels kernels, Activations x, int rows) {
    if (x.columns() % PackedMatrix.BLOCK == 0) {
      for (int row = 0; row < rows; row++) {
        kernels.rowMath().quantize(x, row, 0, x.columns() / PackedMatrix.BLOCK);
      }
    }
  }

  /** Shape (rows, outputs), without padding. */
  private static float[][] product(Kernels kernels, GgufTensor tensor, Activations x, int rows) {
    PackedMatrix w = kernels.repacker().pack(tensor);
    int stride = w.groups() * w.lanes();
    float[] y = new float[rows * stride];
    quantize(kernels, x, rows);
    kernels.matMul().multiply(w, 0, w.groups(), x, rows, y, 0, stride);
    float[][] result = new float[rows][];
    for (int row = 0; row < rows; row++) {
      result[row] = Arrays.copyOfRange(y, row * stride, row * stride + w.rows());
    }
    return result;
  }
}
