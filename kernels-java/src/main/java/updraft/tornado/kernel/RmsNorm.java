package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * RMS norm of rows, {@code y = x / √(mean(x²) + ε) × weight}, written as floats and as int8 blocks.
 *
 * <p>A work-group owns a row. Its items first sum the squares of every {@value #ITEMS}-th element
 * and combine their sums in a tree of fixed shape; then each item owns whole blocks of 32 elements,
 * which it normalises and quantises without asking the others.
 *
 * <p>Reads the row twice, the second time from cache, and the weight once; writes 4 bytes an
 * element and 2 more quantised. A few kilobytes a row: bound by the latency of a launch, not by
 * memory.
 */
public final class RmsNorm {
  /** Work-items of a group, a power of two. */
  public static final int ITEMS = 128;

  private RmsNorm() {}

  /**
   * @param inputs where, from {@code sourcesAt} on, is the row of {@code x} that each output row is
   *     made of; where that is negative, each is made of its own
   * @param x shape (rows, columns)
   * @param weights shape (norms, columns)
   * @param y shape (rows, blocks × 32): columns beyond the last are zero
   * @param quants shape (rows, blocks × 32): see {@link Quantisation}
   * @param scales shape (rows, blocks)
   * @param sums shape (rows, blocks)
   * @param storeTraces shape (all rows, storeHeads): traces of stored keys and values; added where
   *     {@code storeHeads} is not 0
   * @param traces shape (norms, all rows, 2): of the row, and of what it stored in this layer; what
   *     is not finite there was not finite here, and what is 1 or more did not fit
   * @param countAt where the step has the number of output rows
   * @param traceRows rows that the traces have room for
   * @param norm which of the weights: {@code normsPerLayer × layer + norm}
   */
  public static void normalise(
      KernelContext context,
      IntArray step,
      IntArray inputs,
      FloatArray x,
      FloatArray weights,
      FloatArray y,
      FloatArray quants,
      FloatArray scales,
      FloatArray sums,
      FloatArray storeTraces,
      FloatArray traces,
      int sourcesAt,
      int storeHeads,
      int countAt,
      int normsPerLayer,
      int norm,
      int traceRows,
      int columns,
      float epsilon) {
    int row = context.groupIdx;
    int item = context.localIdx;
    float[] partial = context.allocateFloatLocalArray(ITEMS);
    int rows = step.get(countAt);
    if (row < rows) {
      int source = row;
      if (sourcesAt >= 0) {
        source = inputs.get(sourcesAt + row);
      }
      int blocks = (columns + 31) / 32;
      int layer = step.get(Step.LAYER);
      float squares = 0;
      for (int k = item; k < columns; k += ITEMS) {
        float value = x.get(source * columns + k);
        squares += value * value;
      }
      partial[item] = squares;
      context.localBarrier();
      for (int distance = ITEMS / 2; distance > 0; distance = distance / 2) {
        if (item < distance) {
          partial[item] = partial[item] + partial[item + distance];
        }
        context.localBarrier();
      }
      float sum = partial[0];
      float factor = 1f / TornadoMath.sqrt(sum / columns + epsilon);
      int weightAt = (normsPerLayer * layer + norm) * columns;
      for (int block = item; block < blocks; block += ITEMS) {
        int to = (row * blocks + block) * 32;
        for (int k = 0; k < 32; k++) {
          int column = block * 32 + k;
          float value = 0f;
          if (column < columns) {
            value = x.get(source * columns + column) * factor * weights.get(weightAt + column);
          }
          y.set(to + k, value);
        }
        Quantisation.block(y, quants, scales, sums, row * blocks + block);
      }
      if (item == 0) {
        float stored = 0f;
        for (int head = 0; head < storeHeads; head++) {
          stored += storeTraces.get(source * storeHeads + head);
        }
        int to = ((normsPerLayer * layer + norm) * traceRows + source) * 2;
        traces.set(to, sum);
        traces.set(to + 1, stored);
      }
    }
  }
}
