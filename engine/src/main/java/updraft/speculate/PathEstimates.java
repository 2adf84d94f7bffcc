package updraft.speculate;

import java.util.Arrays;

/**
 * How far a drafter's word can be trusted, learned as it goes: by depth and by what it said, the
 * ratio of drafted tokens that were taken to what was promised; and by depth how often its first
 * choice was taken. Engine thread only.
 */
final class PathEstimates {
  private static final int DEPTHS = 10;
  private static final int RANGES = 12;
  private static final float MOST = 0.98f;

  /** Weight of the drafter's word against what is observed, in promised tokens. */
  private static final double TRUST = 8;

  /** What an observation leaves of those before it: the last few hundred count. */
  private static final double KEPT = 0.997;

  private final double[] taken = new double[DEPTHS * RANGES];
  private final double[] promised = new double[DEPTHS * RANGES];
  private final double[] first = new double[DEPTHS];

  PathEstimates() {
    Arrays.fill(taken, TRUST);
    Arrays.fill(promised, TRUST);
    Arrays.fill(first, 0.6);
  }

  /**
   * @param depth of the node, from 1
   * @param said the drafter's word that it is taken after its parent
   */
  float probability(int depth, float said) {
    int cell = cell(depth, said);
    return (float) Math.min(MOST, said * taken[cell] / promised[cell]);
  }

  /** A node was, or was not, the token after its parent, which had been taken. */
  void observe(int depth, float said, boolean accepted) {
    int cell = cell(depth, said);
    taken[cell] = Math.max(1e-3, taken[cell] * KEPT + (accepted ? 1 : 0));
    promised[cell] = Math.max(1e-3, promised[cell] * KEPT + said);
  }

  /** How likely the first choice at a depth is to be taken after its parent was. */
  double firstChoice(int depth) {
    return first[depth(depth)];
  }

  void observeFirst(int depth, boolean accepted) {
    int at = depth(depth);
    first[at] += 0.02 * ((accepted ? 1 : 0) - first[at]);
  }

  private static int depth(int depth) {
    return Math.min(depth, DEPTHS) - 1;
  }

  private static int cell(int depth, float said) {
    return depth(depth) * RANGES + Math.clamp((int) (said * RANGES), 0, RANGES - 1);
  }
}
