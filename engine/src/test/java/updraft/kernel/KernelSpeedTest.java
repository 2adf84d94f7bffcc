package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import updraft.model.GgufTensor;
import updraft.model.PackedMatrix;
import updraft.model.QuantType;
import updraft.model.RandomTensor;

/**
 * A lost vectorisation fails the build: every kind of kernels must beat scalar code in the same run
 * by a margin, and reach a part of what the probe of the machine reaches. Vectors that C2 boxes are
 * a thousand times slower than compiled ones, and slower than scalar code. The shortest of many
 * short calls is compared, so other work on the machine does not matter.
 */
class KernelSpeedTest {
  private static final int OUTPUTS = 64;
  private static final int COLUMNS = 576;

  /** Measured on AVX2: 5 to 24 on the Vector API, 10 to 47 in C. */
  private static final double MARGIN = 2;

  /** C2 compiles within a second or two, on a busy machine within many. */
  private static final long MOST_NANOS = 60_000_000_000L;

  static Stream<Kernels> kernels() {
    return RowMathTest.widths();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void kernelsAreFasterThanScalarCode(Kernels kernels) {
    for (QuantType type : new QuantType[] {QuantType.Q4_1, QuantType.Q8_0}) {
      for (int rows : new int[] {1, 8}) {
        Work scalar = new Work(Kernels.of(0), type, rows);
        Work work = new Work(kernels, type, rows);
        scalar.best(500);
        long begin = System.nanoTime();
        double ratio = 0;
        while (ratio < MARGIN && System.nanoTime() - begin < MOST_NANOS) {
          ratio = (double) scalar.best(50) / work.best(500);
        }
        assertThat(ratio).as("%s, %s, %d rows", kernels.name(), type, rows).isGreaterThan(MARGIN);
      }
    }
  }

  /**
   * Measured on AVX2 in C, eight rows: 0.75 of the probe (4-bit weights), 0.5 (8-bit). On AVX-512
   * VNNI 0.5 in C; vectors of 128 bits and 8-bit weights 0.01 of a probe of 512 bits.
   */
  @ParameterizedTest
  @MethodSource("kernels")
  void kernelsReachAPartOfWhatTheMachineMultiplies(Kernels kernels) {
    Optional<MachineProbe> probe = MachineProbe.measure(1);
    assumeThat(probe).as("native kernels").isPresent();
    double least = kernels.warms() ? 0.004 : 0.1;
    for (QuantType type : new QuantType[] {QuantType.Q4_1, QuantType.Q8_0}) {
      Work work = new Work(kernels, type, 8);
      long begin = System.nanoTime();
      double part = 0;
      while (part < least && System.nanoTime() - begin < MOST_NANOS) {
        double products = 8.0 * OUTPUTS * COLUMNS / work.best(500);
        part = products / probe.get().gigaproducts();
      }
      assertThat(part).as("%s, %s", kernels.name(), type).isGreaterThan(least);
    }
  }

  /** A product, and the shortest time that it took. */
  private static final class Work {
    private final MatMul matMul;
    private final PackedMatrix w;
    private final Activations x;
    private final int rows;
    private final float[] y;
    private long best = Long.MAX_VALUE;

    Work(Kernels kernels, QuantType type, int rows) {
      GgufTensor tensor = RandomTensor.of(type, OUTPUTS, COLUMNS, 1);
      this.rows = rows;
      matMul = kernels.matMul();
      w = kernels.repacker().pack(tensor);
      x = MatMulTest.activations(rows, COLUMNS, 2);
      for (int row = 0; row < rows; row++) {
        kernels.rowMath().quantize(x, row, 0, COLUMNS / PackedMatrix.BLOCK);
      }
      y = new float[rows * OUTPUTS];
    }

    long best(int calls) {
      for (int i = 0; i < calls; i++) {
        long start = System.nanoTime();
        matMul.multiply(w, 0, w.groups(), x, rows, y, 0, OUTPUTS);
        best = Math.min(best, System.nanoTime() - start);
      }
      return best;
    }
  }
}
