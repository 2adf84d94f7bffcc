package updraft.kernel;

import updraft.model.PackedMatrix;

/**
 * Products of packed weights and rows of activations. Stateless and thread-safe.
 *
 * <p>An output is a function of its weights and its row alone, with the same bits at every vector
 * width and for any number of rows: exact integer dots a block, then one float FMA a block in block
 * order (and one for the minimum); float weights an FMA a column.
 */
public interface MatMul {
  /**
   * {@code y[yOffset + r × yStride + o] = Σ_k w[o, k] x[r, k]} for the rows r below {@code rows}
   * and the outputs o of some groups, the padding of the last group included.
   */
  void multiply(
      PackedMatrix w,
      int firstGroup,
      int endGroup,
      Activations x,
      int rows,
      float[] y,
      int yOffset,
      int yStride);
}
