package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * The gate of the feed-forward network, {@code y = silu(gate) × up} with {@code silu(g) = g / (1 +
 * e^-g)}, written as floats and as int8 blocks.
 *
 * <p>A work-item owns a block of 32 columns of a row: it reads gate and up once, 256 bytes, and
 * writes 264. Bound by the launch.
 */
public final class SwiGlu {
  /** Work-items of a group. */
  public static final int ITEMS = 64;

  private SwiGlu() {}

  /**
   * @param x shape (rows, 2 × columns): gate, then up
   * @param y shape (rows, blocks × 32): columns beyond the last are zero
   */
  public static void activate(
      KernelContext context,
      IntArray step,
      FloatArray x,
      FloatArray y,
      FloatArray quants,
      FloatArray scales,
      FloatArray sums,
      int columns,
      int blocks) {
    int at = context.globalIdx;
    int rows = step.get(Step.ROWS);
    if (at < rows * blocks) {
      int row = at / blocks;
      int block = at % blocks;
      for (int k = 0; k < 32; k++) {
        int column = block * 32 + k;
        float value = 0f;
        if (column < columns) {
          float gate = x.get(row * 2 * columns + column);
          float up = x.get(row * 2 * columns + columns + column);
          value = gate / (1f + TornadoMath.exp(-gate)) * up;
        }
        y.set(at * 32 + k, value);
      }
      Quantisation.block(y, quants, scales, sums, at);
    }
  }
}
