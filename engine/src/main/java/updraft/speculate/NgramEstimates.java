package updraft.speculate;

/**
 * How far frequencies can be trusted, learned per corpus and length of match: the ratio of drafted
 * tokens that were taken to what their frequencies promised. Engine thread only.
 */
final class NgramEstimates {
  /** Most that a draft is ever trusted. */
  private static final float MOST = 0.98f;

  /** Weight of what was believed at first, in promised tokens. */
  private static final double PRIOR_WEIGHT = 6;

  /** What an observation leaves of those before it: the last few hundred count. */
  private static final double KEPT = 0.997;

  private final int depth;
  private final double[] taken;
  private final double[] promised;

  /**
   * @param depth longest match
   */
  NgramEstimates(int depth) {
    this.depth = depth;
    taken = new double[2 * (depth + 1)];
    promised = new double[2 * (depth + 1)];
    for (int tag = 0; tag < taken.length; tag++) {
      int match = Math.max(1, tag >> 1);
      promised[tag] = PRIOR_WEIGHT;
      // one token says little, from about six on a repetition is likely to go on
      taken[tag] = PRIOR_WEIGHT * Math.min(1.2, 0.2 * match);
    }
  }

  /** Where a token came from: the length of its match, and which corpus. */
  int tag(int match, boolean shared) {
    return Math.min(match, depth) << 1 | (shared ? 1 : 0);
  }

  /**
   * The probability that a token is taken.
   *
   * @param frequency of the token after the match; of its {@code occurrences}
   */
  float probability(int tag, int frequency, int occurrences) {
    double share = frequency / (Math.max(frequency, occurrences) + 0.5);
    return (float) Math.min(MOST, share * taken[tag] / promised[tag]);
  }

  /** A token drafted with this probability was verified after its parent had been taken. */
  void observe(int tag, float probability, boolean accepted) {
    double promise = probability * promised[tag] / taken[tag];
    taken[tag] = Math.max(1e-3, taken[tag] * KEPT + (accepted ? 1 : 0));
    promised[tag] = promised[tag] * KEPT + promise;
  }
}
