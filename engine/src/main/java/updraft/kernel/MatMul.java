package updraft.kernel;

import updraft.model.PackedMatrix;

/**
 * Products of packed weights and rows of activations. Stateless and thread-safe.
 *
 * <p>An output is a function of its weights and its row alone, with the same bits at every vector
 * width and for any number of rows. Starting from zero, of integers for each block in order {@code
 * y = fma(dot, scale × xScale, y)} with the dot exact, then, where there is a minimum, {@code y =
 * fma(min, xSum, y)}; of floats for each column in order {@code y = fma(w, x, y)}.
 */
public interface MatMul {
  /**
   * {@code y[yOffset + r × yStride + o] = Σ_k w[o, k] x[r, k]} for the rows r below {@code rows}
   * and the outputs o of some groups, the padding of the last group included.
   *
   * @param x as many columns as {@code w}; quantised, unless the weights are floats
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
