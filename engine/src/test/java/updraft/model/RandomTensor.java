package updraft.model;

import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/** Tensors of seeded random weights in any stored format. */
public final class RandomTensor {
  private RandomTensor() {}

  /** About normal weights, as a trained matrix has them. */
  public static GgufTensor of(QuantType type, int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] row = new float[columns];
    MemorySegment data = MemorySegment.ofArray(new byte[(int) (rows * type.bytes(columns))]);
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < columns; k++) {
        row[k] = (float) (0.1 * random.nextGaussian());
      }
      type.quantize(row, 0, data, r * type.bytes(columns), columns);
    }
    return new GgufTensor("random", type, rows, columns, data);
  }
}
