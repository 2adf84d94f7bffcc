package updraft.tornado.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import updraft.model.GgufTensor;
import updraft.model.QuantType;
import updraft.model.RandomTensor;
import updraft.tornado.ProductRun;

/**
 * Products of every stored type over odd shapes, against sums in double precision: on the simulator
 * in every build, on a device where there is one.
 */
abstract class MatMulContract {
  private static final int[][] SHAPES = {{1, 1}, {7, 3}, {33, 2}, {65, 33}};
  private final SplittableRandom random = new SplittableRandom(9);

  private static int columns(QuantType type, int shape) {
    return switch (type.blockElements()) {
      case 1 -> 33 + 31 * shape;
      case 32 -> 32 * (1 + 5 * shape);
      default -> 256 * (1 + shape % 2);
    };
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void staysCloseToDoublePrecision(QuantType type) {
    for (int shape = 0; shape < SHAPES.length; shape++) {
      int outputs = SHAPES[shape][0];
      int rows = SHAPES[shape][1];
      int columns = columns(type, shape);
      GgufTensor tensor = RandomTensor.of(type, outputs, columns, outputs);
      FloatArray x = Launch.random(rows * columns, random);
      float[] y = ProductRun.product(tensor, x, rows);
      double tolerance = type.blockElements() == 1 ? 2e-6 : 0.51 / 127;
      float[] w = new float[columns];
      for (int output = 0; output < outputs; output++) {
        tensor.dequantizeRow(output, w, 0);
        for (int row = 0; row < rows; row++) {
          double sum = 0;
          double size = 0;
          for (int k = 0; k < columns; k++) {
            float a = x.get(row * columns + k);
            sum += (double) w[k] * a;
            size += Math.abs(w[k] * (type.blockElements() == 1 ? a : 4.5));
          }
          assertThat(Math.abs(y[row * outputs + output] - sum))
              .as("%s %d × %d, row %d, output %d", type, outputs, columns, row, output)
              .isLessThanOrEqualTo(tolerance * size);
        }
      }
    }
  }

  /** Attention's and the feed-forward network's outputs are added to the residual stream so. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "Q8_0", "Q4_0", "Q6_K"})
  void productsAreAddedToTheResidual(QuantType type) {
    int columns = columns(type, 1);
    GgufTensor tensor = RandomTensor.of(type, 37, columns, 8);
    FloatArray x = Launch.random(3 * columns, random);
    FloatArray residual = Launch.random(3 * 37, random);
    float[] before = residual.toHeapArray();
    float[] product = ProductRun.product(tensor, x, 3);
    float[] sum = ProductRun.added(tensor, x, 3, residual);
    for (int i = 0; i < sum.length; i++) {
      assertThat(sum[i]).isEqualTo(before[i] + product[i]);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void aRowsBitsDoNotDependOnTheOthers(QuantType type) {
    int columns = columns(type, 1);
    GgufTensor tensor = RandomTensor.of(type, 40, columns, 3);
    FloatArray x = Launch.random(35 * columns, random);
    float[] all = ProductRun.product(tensor, x, 35);
    for (int row : new int[] {0, 31, 34}) {
      FloatArray one = new FloatArray(columns);
      for (int k = 0; k < columns; k++) {
        one.set(k, x.get(row * columns + k));
      }
      float[] alone = ProductRun.product(tensor, one, 1);
      for (int output = 0; output < 40; output++) {
        assertThat(alone[output]).isEqualTo(all[row * 40 + output]);
      }
    }
  }
}
