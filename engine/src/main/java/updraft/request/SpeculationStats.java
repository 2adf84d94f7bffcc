package updraft.request;

import java.util.List;

/**
 * What drafting did for a request. The arithmetic is that of the field: the root and the bonus are
 * neither drafted nor accepted.
 *
 * @param rounds steps in which tokens were verified, those without a draft included
 * @param histogram rounds by number of accepted tokens, index 0 first
 * @param predictedSpeedup the budget policy's own estimate, 1 when it did not draft
 */
public record SpeculationStats(
    String method,
    int rounds,
    int drafted,
    int accepted,
    List<Integer> histogram,
    long draftNanos,
    long verifyNanos,
    double predictedSpeedup) {

  public SpeculationStats {
    histogram = List.copyOf(histogram);
  }

  /** τ: tokens a round, 1 + accepted ÷ rounds. */
  public double acceptLength() {
    return rounds == 0 ? 1 : 1 + (double) accepted / rounds;
  }

  /** Accepted ÷ drafted. */
  public double acceptRate() {
    return drafted == 0 ? 0 : (double) accepted / drafted;
  }

  /** Share of verified rows that produced nothing: (drafted − accepted) ÷ (drafted + rounds). */
  public double wastedCompute() {
    return drafted + rounds == 0 ? 0 : (double) (drafted - accepted) / (drafted + rounds);
  }
}
