package updraft.kernel;

/**
 * What a forward does beside matrix products, a row or a head at a time. Stateless and thread-safe;
 * the same bits at every vector width: sums over a row run over 16 virtual lanes (element i in lane
 * i mod 16, in order) combined pairwise, attention runs over positions in order.
 */
public interface RowMath {
  /** Virtual lanes of sums, and positions whose scores are computed together. */
  int LANES = 16;

  /**
   * Packs some blocks of a row of {@link Activations#values} as signed bytes with a scale a block.
   */
  void quantize(Activations x, int row, int firstBlock, int endBlock);

  /**
   * {@code out = x / √(mean(x²) + ε) × weight}; out may be x.
   *
   * @return the sum of squares, which is not finite when an element is not
   */
  float rmsNorm(float[] x, int from, float[] weight, int n, float epsilon, float[] out, int to);

  /** {@code x += y}. */
  void add(float[] x, int from, float[] y, int yFrom, int n);

  /** {@code x *= factor}. */
  void scale(float[] x, int from, int n, float factor);

  /** {@code out = silu(gate) × up}, with silu(g) = g / (1 + e^-g). */
  void swiglu(float[] gate, int gateFrom, float[] up, int upFrom, int n, float[] out, int to);

  /**
   * Scores of 16 positions: {@code scores[to + p] = scale × Σ_d q[d] k[d, p]}, where the elements d
   * of each residue modulo 4 are summed by FMA in order, and the four sums as (0 + 1) + (2 + 3).
   *
   * @param keys shape (headSize, 16)
   */
  void scores(
      float[] q, int qFrom, float[] keys, int headSize, float scale, float[] scores, int to);

  /**
   * {@code x[from + i] = e^(x[from + i] − max)} for i below n, max being the largest of them; zero
   * from there to the next multiple of 16, for which there must be room.
   *
   * @return their sum
   */
  float exponentials(float[] x, int from, int n);

  /** The same from index 0 on. */
  default float exponentials(float[] x, int n) {
    return exponentials(x, 0, n);
  }

  /**
   * {@code out[to + i] += Σ_p weights[weightsFrom + p] values[p, i]}, an FMA a position in order.
   *
   * @param values shape (positions, headSize)
   */
  void weigh(
      float[] weights,
      int weightsFrom,
      int positions,
      float[] values,
      int headSize,
      float[] out,
      int to);

  /** Whether all of some numbers are finite. */
  boolean finite(float[] x, int from, int n);
}
