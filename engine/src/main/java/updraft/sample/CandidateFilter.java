package updraft.sample;

import java.util.Arrays;
import updraft.kernel.Exp;
import updraft.request.SamplingOptions;

/**
 * Top-k, then top-p, then min-p, on the tempered distribution. Candidates are ranked by logit, the
 * lower id first among equals, so each filter keeps a prefix of the ranking.
 *
 * <p>The whole vocabulary is never sorted: tokens far below the best are left out at first and
 * looked at again only when those near it do not fill the filters.
 */
final class CandidateFilter {
  /** How far below the best a first look goes, in tempered logits; doubled until it is enough. */
  private static final float FIRST_LOOK = 8;

  private final int topK;
  private final float topP;
  private final float minP;
  private final float temperature;

  /** Candidates as sortable keys: the logit's order above, the id's complement below. */
  private long[] keys = new long[256];

  private int size;

  CandidateFilter(SamplingOptions options) {
    topK = options.topK();
    topP = options.topP();
    minP = options.minP();
    temperature = options.temperature();
  }

  boolean isOff() {
    return topK == 0 && topP == 1 && minP == 0;
  }

  /** The token of rank i, 0 being the likeliest. */
  int token(int i) {
    return ~(int) keys[size - 1 - i];
  }

  /**
   * Ranks tokens and returns how many pass, at least one.
   *
   * @param largest the largest tempered logit
   */
  int select(float[] logits, int from, int vocabulary, float largest) {
    int limit = topK == 0 ? vocabulary : Math.min(topK, vocabulary);
    float look = FIRST_LOOK;
    boolean complete = rank(logits, from, vocabulary, largest, look);
    while (topK > 0 && size < limit && !complete) {
      look *= 2;
      complete = rank(logits, from, vocabulary, largest, look);
    }
    double needed = Double.POSITIVE_INFINITY;
    if (topP < 1) {
      double whole =
          topK == 0
              ? mass(logits, from, vocabulary, largest)
              : massOfRanks(logits, from, Math.min(limit, size), largest);
      needed = topP * whole;
    }
    float floor = minP == 0 ? Float.NEGATIVE_INFINITY : largest + (float) StrictMath.log(minP);
    double mass = 0;
    int kept = 0;
    while (kept < limit && mass < needed) {
      if (kept == size) {
        if (complete) {
          break;
        }
        look *= 2;
        complete = rank(logits, from, vocabulary, largest, look);
        continue;
      }
      float tempered = logits[from + token(kept)] / temperature;
      if (tempered < floor) {
        break;
      }
      mass += Exp.exp(tempered - largest);
      kept++;
    }
    return Math.max(1, kept);
  }

  /** Ranks the tokens at most {@code look} below the largest; returns whether that is all. */
  private boolean rank(float[] logits, int from, int vocabulary, float largest, float look) {
    boolean complete = look > 1e5f;
    float threshold = complete ? -Float.MAX_VALUE : largest - look;
    size = 0;
    for (int token = 0; token < vocabulary; token++) {
      float tempered = logits[from + token] / temperature;
      if (tempered >= threshold) {
        if (size == keys.length) {
          keys = Arrays.copyOf(keys, size * 2);
        }
        keys[size++] = key(tempered, token);
      }
    }
    Arrays.sort(keys, 0, size);
    return complete;
  }

  /** Orders as floats do, and lower ids after higher ones. */
  private static long key(float value, int token) {
    int bits = Float.floatToRawIntBits(value + 0f); // -0 and 0 are equal
    int ordered = bits ^ ((bits >> 31) & 0x7fffffff);
    return ((long) ordered << 32) | (~token & 0xffffffffL);
  }

  private double mass(float[] logits, int from, int vocabulary, float largest) {
    double sum = 0;
    for (int token = 0; token < vocabulary; token++) {
      sum += Exp.exp(logits[from + token] / temperature - largest);
    }
    return sum;
  }

  private double massOfRanks(float[] logits, int from, int ranks, float largest) {
    double sum = 0;
    for (int i = 0; i < ranks; i++) {
      sum += Exp.exp(logits[from + token(i)] / temperature - largest);
    }
    return sum;
  }
}
