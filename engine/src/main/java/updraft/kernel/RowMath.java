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
   * {@code out = x / √(mean(x²) + ε) × weight}.
   *
   * @return the sum of squares, which is not finite when an element is not
   */
  float rmsNorm(float[] x, int from, float[] weight, int n, float epsilon, float[] out, int to);

  /** {@code x += y}. */
  void add(float[] x, int from, float[] y, int yFrom, int n);

  /** {@code out = silu(gate) × up}, with silu(g) = g / (1 + e^-g). */
  void swiglu(float[] gate, int gateFrom, float[] up, int upFrom, int n, float[] out, int to);

  /**
   * Scores of 16 positions, an FMA an element of the head in order: {@code scores[to + p] = scale ×
   * Σ_d q[d] k[d, p]}.
   *
   * @param keys shape (headSize, 16)
   */
  void scores(
      float[] q,
      int qFrom,
      float[] keys,
      int keysFrom,
      int headSize,
      float scale,
      float[] scores,
      int to);

  /** The same of 16-bit floats. */
  void scores(
      float[] q,
      int qFrom,
      short[] keys,
      int keysFrom,
      int headSize,
      float scale,
      float[] scores,
      int to);

  /** The score of one position, whose keys begin at {@code keysFrom} in the same layout. */
  float score(float[] q, int qFrom, float[] keys, int keysFrom, int headSize, float scale);

  /** The same of 16-bit floats. */
  float score(float[] q, int qFrom, short[] keys, int keysFrom, int headSize, float scale);

  /**
   * {@code x[i] = e^(x[i] − max x)} for i below n; from there to the next multiple of 16 the least
   * that {@link Exp} gives.
   *
   * @return the sum of all of them: those beyond n are below any float's precision beside the
   *     largest
   */
  float exponentials(float[] x, int n);

  /** {@code out = Σ_p weights[p] v[p]} over positions in order, added to what is in out. */
  void weigh(
      float[] weights,
      int weightsFrom,
      int positions,
      float[] values,
      int valuesFrom,
      int stride,
      int headSize,
      float[] out,
      int to);

  /** The same of 16-bit floats. */
  void weigh(
      float[] weights,
      int weightsFrom,
      int positions,
      short[] values,
      int valuesFrom,
      int stride,
      int headSize,
      float[] out,
      int to);

  /** {@code x *= factor}. */
  void scale(float[] x, int from, int n, float factor);

  /** Whether all of some numbers are finite. */
  boolean finite(float[] x, int from, int n);
}
