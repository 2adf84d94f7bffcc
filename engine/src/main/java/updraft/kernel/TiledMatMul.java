package updraft.kernel;

import updraft.model.PackedMatrix;

/** Spreads a product over tiles of groups × rows, each one kernel. */
abstract class TiledMatMul implements MatMul {
  private final int lanes;

  TiledMatMul(int lanes) {
    this.lanes = lanes;
  }

  @Override
  public final void multiply(
      PackedMatrix w,
      int firstGroup,
      int endGroup,
      Activations x,
      int rows,
      float[] y,
      int yOffset,
      int yStride) {
    // two groups at a time: their weights stay in the first-level cache for all rows
    for (int g = firstGroup; g < endGroup; g += 2) {
      int end = Math.min(g + 2, endGroup);
      int row = 0;
      if (end == g + 2) {
        for (; row + 4 <= rows; row += 4) {
          tile2x4(w, g, x, row, y, yOffset + row * yStride + g * lanes, yStride);
        }
      }
      for (int group = g; group < end; group++) {
        rest(w, group, x, row, rows, y, yOffset + group * lanes, yStride);
      }
    }
  }

  private void rest(
      PackedMatrix w, int g, Activations x, int first, int rows, float[] y, int at, int yStride) {
    int row = first;
    for (; row + 2 <= rows; row += 2) {
      tile1x2(w, g, x, row, y, at + row * yStride, yStride);
    }
    if (row < rows) {
      tile1x1(w, g, x, row, y, at + row * yStride);
    }
  }

  /**
   * One group × one row.
   *
   * @param at where the first output goes
   */
  abstract void tile1x1(PackedMatrix w, int g, Activations x, int row, float[] y, int at);

  /** One group × two rows. */
  abstract void tile1x2(
      PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride);

  /** Two groups × four rows. */
  abstract void tile2x4(
      PackedMatrix w, int g, Activations x, int row, float[] y, int at, int yStride);
}
