package updraft.record;

import java.util.List;

/**
 * Why a request was as fast as it was, against plain decoding in the same company. Speed-ups are
 * ratios, 1 for no difference.
 *
 * @param predictedSpeedup what the draft budget expected, summed over its rounds
 * @param actualSpeedup tokens a second of the rounds over those of plain rounds by the cost curve
 * @param parts what it is made of
 * @param budgets what each number of drafted nodes a round would have given
 * @param costCurve milliseconds of a step by rows
 * @param words the same for people: one finding a line, most important first
 */
public record Explanation(
    double predictedSpeedup,
    double actualSpeedup,
    Parts parts,
    List<Budget> budgets,
    List<Cost> costCurve,
    List<String> words) {

  public Explanation {
    budgets = List.copyOf(budgets);
    costCurve = List.copyOf(costCurve);
    words = List.copyOf(words);
  }

  /**
   * Factors whose product is the actual speed-up.
   *
   * @param acceptance tokens a round: what speculation gains when all else is free
   * @param draftCost of drafting and catching up: below 1 when they take time
   * @param verifyCost of the rows that drafts add to a step of this sequence alone
   * @param batch of the other sequences in the steps: above 1 when their rows make ours cheaper
   * @param calibration what steps were thought to take over what they took: below 1 when slower
   */
  public record Parts(
      double acceptance, double draftCost, double verifyCost, double batch, double calibration) {}

  /**
   * A number of drafted nodes a round, the likeliest of what was offered.
   *
   * @param predictedSpeedup by the probabilities that were known before verification
   * @param hindsightSpeedup by the tokens that came
   */
  public record Budget(int nodes, double predictedSpeedup, double hindsightSpeedup) {}

  public record Cost(int rows, double milliseconds) {}
}
