package updraft.forward;

import updraft.model.ModelConfig;
import updraft.model.RopeStyle;

/**
 * Rotary position embedding (Su et al., "RoFormer", 2021): pair i of a head is rotated by position
 * × base^(-2i/dimensions), scaled as the model says. Angles are taken in double precision, so that
 * far positions keep theirs.
 */
final class RotaryEmbedding {
  private final int pairs;
  private final boolean adjacent;
  private final double[] frequencies;

  /** Shape (rows, pairs). */
  private final float[] cosines;

  private final float[] sines;

  RotaryEmbedding(ModelConfig config, int maxRows) {
    pairs = config.ropeDimensions() / 2;
    adjacent = config.ropeStyle() == RopeStyle.ADJACENT;
    frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] =
          StrictMath.pow(config.ropeBase(), -2.0 * i / config.ropeDimensions())
              * config.ropeScaling().frequencyScale(i);
    }
    cosines = new float[maxRows * pairs];
    sines = new float[maxRows * pairs];
  }

  /** Prepares a row of the current forward. */
  void position(int row, int position) {
    for (int i = 0; i < pairs; i++) {
      double angle = position * frequencies[i];
      cosines[row * pairs + i] = (float) StrictMath.cos(angle);
      sines[row * pairs + i] = (float) StrictMath.sin(angle);
    }
  }

  /** Rotates the head that begins at {@code from}; elements beyond the rotated ones stay. */
  void rotate(int row, float[] x, int from) {
    int step = adjacent ? 2 : 1;
    int distance = adjacent ? 1 : pairs;
    for (int i = 0; i < pairs; i++) {
      int first = from + i * step;
      float cosine = cosines[row * pairs + i];
      float sine = sines[row * pairs + i];
      float a = x[first];
      float b = x[first + distance];
      x[first] = Math.fma(a, cosine, -(b * sine));
      x[first + distance] = Math.fma(a, sine, b * cosine);
    }
  }
}
