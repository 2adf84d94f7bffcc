package updraft.tornado;

import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/**
 * Rows of activations on the device, as floats and as int8 blocks.
 *
 * @param blocks blocks of 32 columns of a row
 * @param values shape (rows, blocks × 32)
 * @param quants shape (rows, blocks × 32): integers
 * @param scales shape (rows, blocks)
 * @param sums shape (rows, blocks)
 */
record Quantised(
    int blocks, FloatArray values, FloatArray quants, FloatArray scales, FloatArray sums) {

  static Quantised of(int rows, int columns) {
    int blocks = Sizes.blocks(columns);
    int all = Math.multiplyExact(rows, blocks);
    return new Quantised(
        blocks,
        DeviceWeights.zeros(Math.multiplyExact(all, Sizes.BLOCK)),
        DeviceWeights.zeros(all * Sizes.BLOCK),
        DeviceWeights.zeros(all),
        DeviceWeights.zeros(all));
  }

  List<FloatArray> arrays() {
    return List.of(values, quants, scales, sums);
  }

  long bytes() {
    return 4L * (values.getSize() + quants.getSize() + scales.getSize() + sums.getSize());
  }
}
