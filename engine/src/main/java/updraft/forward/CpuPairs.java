package updraft.forward;

import updraft.kernel.Activations;
import updraft.kernel.RowMath;
import updraft.model.PackedMatrix;

/**
 * How rows enter an EAGLE head's layer: a row is a token's embedding and the features of the token
 * before it, each after a norm of its own, side by side; the residual stream begins with the
 * features.
 */
final class CpuPairs {
  private final int hidden;
  private final float epsilon;
  private final RowMath math;
  private final float[] featureNorm;
  private final boolean normBeforeResidual;

  /** Shape (rows, hidden): written by the caller of a forward. */
  private final float[] features;

  /** (rows, 2 × hidden). */
  private final Activations joined;

  /**
   * @param featureNorm (hidden)
   * @param normBeforeResidual whether the residual stream begins with the normed features
   */
  CpuPairs(
      int maxRows,
      int hidden,
      float epsilon,
      RowMath math,
      float[] featureNorm,
      boolean normBeforeResidual) {
    this.hidden = hidden;
    this.epsilon = epsilon;
    this.math = math;
    this.featureNorm = featureNorm;
    this.normBeforeResidual = normBeforeResidual;
    features = new float[Math.multiplyExact(maxRows, hidden)];
    joined = new Activations(maxRows, 2 * hidden);
  }

  float[] features() {
    return features;
  }

  Activations joined() {
    return joined;
  }

  /** Makes a row's inputs: {@link #joined} and its part of the state. */
  void enter(int token, int row, PackedMatrix embedding, float[] embeddingNorm, float[] state) {
    float[] values = joined.values();
    int first = 2 * row * hidden;
    int second = first + hidden;
    int own = row * hidden;
    embedding.dequantizeRow(token, values, first);
    math.rmsNorm(values, first, embeddingNorm, hidden, epsilon, values, first);
    math.rmsNorm(features, own, featureNorm, hidden, epsilon, values, second);
    if (normBeforeResidual) {
      System.arraycopy(values, second, state, own, hidden);
    } else {
      System.arraycopy(features, own, state, own, hidden);
    }
    if (joined.columns() % PackedMatrix.BLOCK == 0) {
      math.quantize(joined, row, 0, joined.columns() / PackedMatrix.BLOCK);
    }
  }
}
