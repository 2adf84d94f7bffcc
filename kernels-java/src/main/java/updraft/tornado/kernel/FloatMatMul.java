package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Skinny products with weights that are floats: as {@link ByteMatMul}, with activations as floats.
 * Weights of 16 bits are widened when they are loaded.
 *
 * <p>A work-group owns {@value Packing#LANES} outputs, an item an output and every eighth chunk of
 * 8 columns; each weight is read once for up to {@value ByteMatMul#ROWS} rows. Bytes from memory: 4
 * a weight, so that memory bounds it up to some ten rows.
 */
public final class FloatMatMul {
  /** Columns that are summed before they meet a row's sum. */
  private static final int CHUNK = 8;

  private static final int L = Packing.LANES;
  private static final int ROWS = ByteMatMul.ROWS;
  private static final int SLICES = ByteMatMul.SLICES;
  private static final int ITEMS = ByteMatMul.ITEMS;

  private FloatMatMul() {}

  /**
   * Weights {@link Packing#FLOATS}; parameters as of {@link ByteMatMul#multiply}. Columns beyond
   * the last are zero in weights and rows.
   *
   * @param factors 32 floats a block
   * @param x shape (rows, blocks × 32): not quantised
   */
  public static void multiply(
      KernelContext context,
      IntArray step,
      FloatArray factors,
      FloatArray x,
      FloatArray bias,
      FloatArray y,
      int countAt,
      int layered,
      int outputs,
      int blocks,
      int yOffset,
      int yStride,
      int adds,
      int biased) {
    int item = context.localIdx;
    int lane = item % L;
    int slice = item / L;
    float[] partial = context.allocateFloatLocalArray(ROWS * ITEMS);
    int firstRow = context.groupIdy * ROWS;
    int all = step.get(countAt);
    int rows = all - firstRow < ROWS ? all - firstRow : ROWS;
    int groups = (outputs + L - 1) / L;
    int group = step.get(Step.PART_LAYER) * layered * groups + context.groupIdx;
    for (int row = 0; row < rows; row++) {
      partial[row * ITEMS + item] = 0f;
    }
    for (int chunk = slice; chunk < blocks * 4; chunk += SLICES) {
      int at = (group * blocks * 4 + chunk) * CHUNK * L + lane;
      float w0 = factors.get(at);
      float w1 = factors.get(at + L);
      float w2 = factors.get(at + 2 * L);
      float w3 = factors.get(at + 3 * L);
      float w4 = factors.get(at + 4 * L);
      float w5 = factors.get(at + 5 * L);
      float w6 = factors.get(at + 6 * L);
      float w7 = factors.get(at + 7 * L);
      for (int row = 0; row < rows; row++) {
        int from = ((firstRow + row) * blocks * 4 + chunk) * CHUNK;
        float dot = Dot.four(x, from, w0, w1, w2, w3);
        dot += Dot.four(x, from + 4, w4, w5, w6, w7);
        partial[row * ITEMS + item] = partial[row * ITEMS + item] + dot;
      }
    }
    context.localBarrier();
    for (int at = item; at < rows * L; at += ITEMS) {
      int row = at / L;
      int output = context.groupIdx * L + at % L;
      if (output < outputs) {
        float sum = 0f;
        for (int s = 0; s < SLICES; s++) {
          sum += partial[row * ITEMS + s * L + at % L];
        }
        if (biased == 1) {
          sum = sum + bias.get(step.get(Step.LAYER) * outputs + output);
        }
        int to = (firstRow + row) * yStride + yOffset + output;
        float before = 0f;
        if (adds == 1) {
          before = y.get(to);
        }
        y.set(to, before + sum);
      }
    }
  }
}
