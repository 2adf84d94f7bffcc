package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Skinny products with weights of 8 bits: {@code y[r, o] = Σ_k w[o, k] x[r, k]} for up to {@value
 * #ROWS} rows, each weight read once for all of them.
 *
 * <p>A work-group owns {@value Packing#LANES} outputs: a group of the packed matrix. Its {@value
 * #ITEMS} items are {@value #SLICES} slices of a warp each; the item in lane l of slice s owns
 * output l and the blocks s, s + 8, s + 16, … of 32 columns. For a block it reads the 8 words of
 * weights and the scale into registers, a line of 128 bytes a warp and word, and then meets all
 * rows: 32 columns, the same for the whole warp, 32 multiplications, and one sum kept in local
 * memory. At the end the eight slices are added in order. So an output is a function of its weights
 * and its row alone, whatever the number of rows.
 *
 * <p>Bytes from memory: the weights once, 1.125 a weight; activations, 4 bytes a column and row,
 * come from the cache. Bound by memory for a few rows; a load from the cache for each
 * multiplication takes over from there on (the table in docs/kernels.md says where).
 */
public final class ByteMatMul {
  /** Rows that a work-group takes: those beyond are another's, who reads the weights again. */
  public static final int ROWS = 32;

  /** Parts of the columns that are summed apart. */
  public static final int SLICES = 8;

  /** Work-items of a group. */
  public static final int ITEMS = SLICES * Packing.LANES;

  private static final int L = Packing.LANES;

  private ByteMatMul() {}

  /**
   * Weights {@link Packing#BYTES}.
   *
   * @param words packed integers, of all layers of a part where {@code layered} is 1
   * @param factors scales, or scales and minima
   * @param x shape (rows, blocks × 32): {@link Quantisation}'s integers
   * @param scales shape (rows, blocks)
   * @param sums shape (rows, blocks): what minima are multiplied with
   * @param bias shape (layers, outputs), read where {@code biased} is 1
   * @param y shape (rows, {@code yStride}): written, or added to where {@code adds} is 1, at {@code
   *     yOffset} … {@code yOffset + outputs - 1}
   * @param countAt where the step has the number of rows
   * @param blockFactors 1 for a scale, 2 for a minimum too
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
      int at = (group * blocks + block) * 8 * L + lane;
      int factorAt = (group * blocks + block) * blockFactors * L + lane;
      int a = words.get(at);
      int b = words.get(at + L);
      int c = words.get(at + 2 * L);
      int d = words.get(at + 3 * L);
      int e = words.get(at + 4 * L);
      int f = words.get(at + 5 * L);
      int g = words.get(at + 6 * L);
      int h = words.get(at + 7 * L);
      float a0 = Numbers.signedByte(a, 0);
      float a1 = Numbers.signedByte(a, 1);
      float a2 = Numbers.signedByte(a, 2);
      float a3 = Numbers.signedByte(a, 3);
      float b0 = Numbers.signedByte(b, 0);
      float b1 = Numbers.signedByte(b, 1);
      float b2 = Numbers.signedByte(b, 2);
      float b3 = Numbers.signedByte(b, 3);
      float c0 = Numbers.signedByte(c, 0);
      float c1 = Numbers.signedByte(c, 1);
      float c2 = Numbers.signedByte(c, 2);
      float c3 = Numbers.signedByte(c, 3);
      float d0 = Numbers.signedByte(d, 0);
      float d1 = Numbers.signedByte(d, 1);
      float d2 = Numbers.signedByte(d, 2);
      float d3 = Numbers.signedByte(d, 3);
      float e0 = Numbers.signedByte(e, 0);
      float e1 = Numbers.signedByte(e, 1);
      float e2 = Numbers.signedByte(e, 2);
      float e3 = Numbers.signedByte(e, 3);
      float f0 = Numbers.signedByte(f, 0);
      float f1 = Numbers.signedByte(f, 1);
      float f2 = Numbers.signedByte(f, 2);
      float f3 = Numbers.signedByte(f, 3);
      float g0 = Numbers.signedByte(g, 0);
      float g1 = Numbers.signedByte(g, 1);
      float g2 = Numbers.signedByte(g, 2);
      float g3 = Numbers.signedByte(g, 3);
      float h0 = Numbers.signedByte(h, 0);
      float h1 = Numbers.signedByte(h, 1);
      float h2 = Numbers.signedByte(h, 2);
      float h3 = Numbers.signedByte(h, 3);
      float scale = factors.get(factorAt);
      float min = 0f;
      if (blockFactors == 2) {
        min = factors.get(factorAt + L);
      }
      for (int row = 0; row < rows; row++) {
        int xBlock = (firstRow + row) * blocks + block;
        int from = xBlock * 32;
        float dot = Dot.four(x, from, a0, a1, a2, a3);
        dot += Dot.four(x, from + 4, b0, b1, b2, b3);
        dot += Dot.four(x, from + 8, c0, c1, c2, c3);
        dot += Dot.four(x, from + 12, d0, d1, d2, d3);
        dot += Dot.four(x, from + 16, e0, e1, e2, e3);
        dot += Dot.four(x, from + 20, f0, f1, f2, f3);
        dot += Dot.four(x, from + 24, g0, g1, g2, g3);
        dot += Dot.four(x, from + 28, h0, h1, h2, h3);
        float sum = partial[row * ITEMS + item] + dot * (scale * scales.get(xBlock));
        if (blockFactors == 2) {
          sum = sum + min * sums.get(xBlock);
        }
        partial[row * ITEMS + item] = sum;
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

  /**
   * Weights {@link Packing#BYTES_HALVES}; parameters as of {@link #multiply}.
   *
   * @param factors two scales a block
   */
  public static void multiplyHalves(
      KernelContext context,
      IntArray step,
      IntArray words,
      FloatArray factors,
      FloatArray x,
      FloatArray scales,
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
    for (int block = slice; block < blocks; block += SLICES) {
      int at = (group * blocks + block) * 8 * L + lane;
      int factorAt = (group * blocks + block) * 2 * L + lane;
      int a = words.get(at);
      int b = words.get(at + L);
      int c = words.get(at + 2 * L);
      int d = words.get(at + 3 * L);
      int e = words.get(at + 4 * L);
      int f = words.get(at + 5 * L);
      int g = words.get(at + 6 * L);
      int h = words.get(at + 7 * L);
      float a0 = Numbers.signedByte(a, 0);
      float a1 = Numbers.signedByte(a, 1);
      float a2 = Numbers.signedByte(a, 2);
      float a3 = Numbers.signedByte(a, 3);
      float b0 = Numbers.signedByte(b, 0);
      float b1 = Numbers.signedByte(b, 1);
      float b2 = Numbers.signedByte(b, 2);
      float b3 = Numbers.signedByte(b, 3);
      float c0 = Numbers.signedByte(c, 0);
      float c1 = Numbers.signedByte(c, 1);
      float c2 = Numbers.signedByte(c, 2);
      float c3 = Numbers.signedByte(c, 3);
      float d0 = Numbers.signedByte(d, 0);
      float d1 = Numbers.signedByte(d, 1);
      float d2 = Numbers.signedByte(d, 2);
      float d3 = Numbers.signedByte(d, 3);
      float e0 = Numbers.signedByte(e, 0);
      float e1 = Numbers.signedByte(e, 1);
      float e2 = Numbers.signedByte(e, 2);
      float e3 = Numbers.signedByte(e, 3);
      float f0 = Numbers.signedByte(f, 0);
      float f1 = Numbers.signedByte(f, 1);
      float f2 = Numbers.signedByte(f, 2);
      float f3 = Numbers.signedByte(f, 3);
      float g0 = Numbers.signedByte(g, 0);
      float g1 = Numbers.signedByte(g, 1);
      float g2 = Numbers.signedByte(g, 2);
      float g3 = Numbers.signedByte(g, 3);
      float h0 = Numbers.signedByte(h, 0);
      float h1 = Numbers.signedByte(h, 1);
      float h2 = Numbers.signedByte(h, 2);
      float h3 = Numbers.signedByte(h, 3);
      float firstScale = factors.get(factorAt);
      float secondScale = factors.get(factorAt + L);
      for (int row = 0; row < rows; row++) {
        int xBlock = (firstRow + row) * blocks + block;
        int from = xBlock * 32;
        float first = Dot.four(x, from, a0, a1, a2, a3);
        first += Dot.four(x, from + 4, b0, b1, b2, b3);
        first += Dot.four(x, from + 8, c0, c1, c2, c3);
        first += Dot.four(x, from + 12, d0, d1, d2, d3);
        float second = Dot.four(x, from + 16, e0, e1, e2, e3);
        second += Dot.four(x, from + 20, f0, f1, f2, f3);
        second += Dot.four(x, from + 24, g0, g1, g2, g3);
        second += Dot.four(x, from + 28, h0, h1, h2, h3);
        float xScale = scales.get(xBlock);
        float sum = partial[row * ITEMS + item] + first * (firstScale * xScale);
        partial[row * ITEMS + item] = sum + second * (secondScale * xScale);
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
