package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Rows of activations as int8 in blocks of 32 with a scale each, which is what the products with
 * quantised weights read.
 *
 * <p>An integer from -127 to 127 is kept as a float: the product then needs no conversion, and sums
 * of 32 products of such integers stay below 2^24, so that floats add them exactly, in whatever
 * order.
 *
 * <p>A work-item owns a block: it reads its 128 bytes twice, the second time from cache, and writes
 * 136. Bound by the launch.
 */
public final class Quantisation {
  /** Work-items of a group. */
  public static final int ITEMS = 64;

  /** Blocks whose largest element is smaller count as zero: its inverse would overflow. */
  private static final float SMALLEST = 1e-36f;

  private Quantisation() {}

  /**
   * Quantises rows.
   *
   * @param x shape (rows, blocks × 32)
   * @param quants shape (rows, blocks × 32): integers
   * @param scales shape (rows, blocks)
   * @param sums shape (rows, blocks): scale × sum of the integers
   */
  public static void rows(
      KernelContext context,
      IntArray step,
      FloatArray x,
      FloatArray quants,
      FloatArray scales,
      FloatArray sums,
      int blocks) {
    int at = context.globalIdx;
    int rows = step.get(Step.ROWS);
    if (at < rows * blocks) {
      block(x, quants, scales, sums, at);
    }
  }

  /** Quantises block {@code at}. */
  static void block(FloatArray x, FloatArray quants, FloatArray scales, FloatArray sums, int at) {
    float largest = 0f;
    for (int k = 0; k < 32; k++) {
      float value = x.get(at * 32 + k);
      float size = value < 0f ? -value : value;
      largest = size > largest ? size : largest;
    }
    float scale = largest < SMALLEST ? 0f : largest / 127f;
    float inverse = largest < SMALLEST ? 0f : 127f / largest;
    float sum = 0f;
    for (int k = 0; k < 32; k++) {
      float quant = Numbers.round(x.get(at * 32 + k) * inverse);
      sum += quant;
      quants.set(at * 32 + k, quant);
    }
    scales.set(at, scale);
    sums.set(at, scale * sum);
  }
}
