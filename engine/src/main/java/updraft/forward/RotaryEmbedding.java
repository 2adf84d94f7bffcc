package updraft.forward;

import updraft.model.ModelConfig;
import updraft.model.RopeStyle;

/**
 * Rotary position embedding (Su et al., "RoFormer", 2021): pair i of a head is rotated by position
 * × base^(-2i/dimensions), scaled as the model says. Angles are taken in double precision, so that
 * far positions keep theirs. Tables are filled for 256 positions at a time, when the first of them
 * is met.
 */
final class RotaryEmbedding {
  /** Positions of a table, as a power of two. */
  private static final int TABLE_BITS = 8;

  private final int pairs;
  private final boolean adjacent;
  private final double[] frequencies;

  /** By positions / 256; shape (256, cosines then sines of the pairs), or empty. */
  private final float[][] tables;

  RotaryEmbedding(ModelConfig config) {
    pairs = config.ropeDimensions() / 2;
    adjacent = config.ropeStyle() == RopeStyle.ADJACENT;
    frequencies = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      frequencies[i] =
          StrictMath.pow(config.ropeBase(), -2.0 * i / config.ropeDimensions())
              * config.ropeScaling().frequencyScale(i);
    }
    tables = new float[(config.contextLength() >> TABLE_BITS) + 1][0];
  }

  /** Makes sure that a position is in the tables. Not to be called while others rotate. */
  void ensure(int position) {
    int table = position >> TABLE_BITS;
    if (tables[table].length == 0) {
      tables[table] = table(table << TABLE_BITS);
    }
  }

  private float[] table(int first) {
    float[] table = new float[2 * pairs << TABLE_BITS];
    for (int p = 0; p < 1 << TABLE_BITS; p++) {
      for (int i = 0; i < pairs; i++) {
        double angle = (first + p) * frequencies[i];
        table[2 * pairs * p + i] = (float) StrictMath.cos(angle);
        table[2 * pairs * p + pairs + i] = (float) StrictMath.sin(angle);
      }
    }
    return table;
  }

  /** Rotates the head that begins at {@code from}; elements beyond the rotated ones stay. */
  void rotate(int position, float[] x, int from) {
    float[] table = tables[position >> TABLE_BITS];
    int cosines = 2 * pairs * (position & ((1 << TABLE_BITS) - 1));
    int sines = cosines + pairs;
    int step = adjacent ? 2 : 1;
    int distance = adjacent ? 1 : pairs;
    for (int i = 0; i < pairs; i++) {
      int first = from + i * step;
      float a = x[first];
      float b = x[first + distance];
      x[first] = Math.fma(a, table[cosines + i], -(b * table[sines + i]));
      x[first + distance] = Math.fma(a, table[sines + i], b * table[cosines + i]);
    }
  }
}
