package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Skinny products with weights of 4 bits: as {@link ByteMatMul}, with a block of 32 columns in 4
 * words and one or two factors.
 *
 * <p>A work-group owns {@value Packing#LANES} outputs, an item an output and every eighth block;
 * each weight is read once for up to {@value ByteMatMul#ROWS} rows. Bytes from memory: 0.625 a
 * weight, or 0.75 with minima. Half the bytes of 8 bits for the same instructions, so that loads
 * from the cache bound it from half as many rows on.
 */
public final class NibbleMatMul {
  private static final int L = Packing.LANES;
  private static final int ROWS = ByteMatMul.ROWS;
  private static final int SLICES = ByteMatMul.SLICES;
  private static final int ITEMS = ByteMatMul.ITEMS;

  private NibbleMatMul() {}

  /**
   * Weights {@link Packing#NIBBLES}; parameters as of {@link ByteMatMul#multiply}.
   *
   * @param blockFactors 1 for a scale of nibble - 8, 2 for a scale and a minimum
   */
  public static void multiply(
      KernelContext context,
      IntArray step,
      IntArray words,
      FloatArray factors,
      FloatArray x,
      FloatArray scales,
      FloatArray sums,
      FloatArray bias,
      FloatArray y,
      int countAt,
      int layered,
      int blockFactors,
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
    for (int block = slice; block < blocks; block += SLICES) {
      int at = (group * blocks + block) * 4 * L + lane;
      int factorAt = (group * blocks + block) * blockFactors * L + lane;
      int a = words.get(at);
      int b = words.get(at + L);
      int c = words.get(at + 2 * L);
      int d = words.get(at + 3 * L);
      // nibbles 0 2 4 6 1 3 5 7 of a word are its eight columns in order
      float a0 = Numbers.nibble(a, 0);
      float a1 = Numbers.nibble(a, 2);
      float a2 = Numbers.nibble(a, 4);
      float a3 = Numbers.nibble(a, 6);
      float a4 = Numbers.nibble(a, 1);
      float a5 = Numbers.nibble(a, 3);
      float a6 = Numbers.nibble(a, 5);
      float a7 = Numbers.nibble(a, 7);
      float b0 = Numbers.nibble(b, 0);
      float b1 = Numbers.nibble(b, 2);
      float b2 = Numbers.nibble(b, 4);
      float b3 = Numbers.nibble(b, 6);
      float b4 = Numbers.nibble(b, 1);
      float b5 = Numbers.nibble(b, 3);
      float b6 = Numbers.nibble(b, 5);
      float b7 = Numbers.nibble(b, 7);
      float c0 = Numbers.nibble(c, 0);
      float c1 = Numbers.nibble(c, 2);
      float c2 = Numbers.nibble(c, 4);
      float c3 = Numbers.nibble(c, 6);
      float c4 = Numbers.nibble(c, 1);
      float c5 = Numbers.nibble(c, 3);
      float c6 = Numbers.nibble(c, 5);
      float c7 = Numbers.nibble(c, 7);
      float d0 = Numbers.nibble(d, 0);
      float d1 = Numbers.nibble(d, 2);
      float d2 = Numbers.nibble(d, 4);
      float d3 = Numbers.nibble(d, 6);
      float d4 = Numbers.nibble(d, 1);
      float d5 = Numbers.nibble(d, 3);
      float d6 = Numbers.nibble(d, 5);
      float d7 = Numbers.nibble(d, 7);
      float scale = factors.get(factorAt);
      float min = scale * -8f;
      if (blockFactors == 2) {
        min = factors.get(factorAt + L);
      }
      for (int row = 0; row < rows; row++) {
        int xBlock = (firstRow + row) * blocks + block;
        int from = xBlock * 32;
        float dot = Dot.four(x, from, a0, a1, a2, a3);
        dot += Dot.four(x, from + 4, a4, a5, a6, a7);
        dot += Dot.four(x, from + 8, b0, b1, b2, b3);
        dot += Dot.four(x, from + 12, b4, b5, b6, b7);
        dot += Dot.four(x, from + 16, c0, c1, c2, c3);
        dot += Dot.four(x, from + 20, c4, c5, c6, c7);
        dot += Dot.four(x, from + 24, d0, d1, d2, d3);
        dot += Dot.four(x, from + 28, d4, d5, d6, d7);
        float sum = partial[row * ITEMS + item] + dot * (scale * scales.get(xBlock));
        partial[row * ITEMS + item] = sum + min * sums.get(xBlock);
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
