package updraft.record;

import java.util.ArrayList;
import java.util.List;
import updraft.record.Explanation.Cost;
import updraft.record.Explanation.Parts;

/**
 * Splits a request's speed-up into its causes. With sums over the rounds, T the tokens, R the
 * rounds, and of the steps' times by the cost curve I for one row, O for the sequence's own rows, P
 * for the plain rows, A for all rows, D the time of drafting, and M the measured time of the steps:
 *
 * <pre>
 * actual speed-up = T/R · P/(M + D)
 *                 = T/R · A/(A + D) · I/O · (P/A)/(I/O) · (A + D)/(M + D)
 * </pre>
 *
 * of which the factors are acceptance, draft cost, verify cost, batch and calibration.
 */
final class Explainer {
  /** Numbers of rows of which the curve's points are told. */
  private static final int[] ROWS = {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128};

  private Explainer() {}

  /**
   * @param curve seconds of a step of 1, 2, … rows
   * @param tokens of each choice's whole sequence
   */
  static Explanation explain(List<RoundRecord> rounds, double[] curve, List<int[]> tokens) {
    Sums sums = new Sums(rounds);
    List<Explanation.Budget> budgets = new BudgetTable(rounds, curve, tokens).budgets();
    Parts parts = sums.parts();
    double predicted = sums.predicted();
    double actual = sums.actual();
    return new Explanation(
        predicted,
        actual,
        parts,
        budgets,
        costs(curve),
        Words.of(rounds, sums, parts, predicted, actual, budgets));
  }

  private static List<Cost> costs(double[] curve) {
    List<Cost> costs = new ArrayList<>();
    for (int rows : ROWS) {
      if (rows <= curve.length) {
        costs.add(new Cost(rows, curve[rows - 1] * 1e3));
      }
    }
    return costs;
  }

  /** Totals over some rounds. */
  static final class Sums {
    final int rounds;
    int tokens;
    int drafted;
    int accepted;
    double expected;
    double one;
    double own;
    double plain;
    double all;
    double drafting;
    double measured;
    double batch;

    Sums(List<RoundRecord> records) {
      rounds = records.size();
      for (RoundRecord round : records) {
        tokens += round.tokens();
        drafted += round.drafted();
        accepted += round.acceptedTokens();
        expected += round.expectedTokens();
        one += round.cost().one();
        own += round.cost().own();
        plain += round.cost().plain();
        all += round.cost().all();
        drafting += round.draftSeconds();
        measured += round.cost().measured();
        batch += round.batchSize();
      }
    }

    /** Speed-up that the probabilities and the cost curve promised. */
    double predicted() {
      return rounds == 0 ? 1 : expected / rounds * plain / (all + drafting);
    }

    double actual() {
      return rounds == 0 ? 1 : (double) tokens / rounds * plain / (measured + drafting);
    }

    Parts parts() {
      if (rounds == 0) {
        return new Parts(1, 1, 1, 1, 1);
      }
      return new Parts(
          (double) tokens / rounds,
          all / (all + drafting),
          one / own,
          plain / all * own / one,
          (all + drafting) / (measured + drafting));
    }

    double draftShare() {
      return drafting / (measured + drafting);
    }
  }
}
