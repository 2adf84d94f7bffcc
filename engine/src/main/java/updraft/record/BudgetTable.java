package updraft.record;

import java.util.ArrayList;
import java.util.List;
import updraft.record.Explanation.Budget;

/**
 * What a fixed number of drafted nodes would have given in the rounds that were: the likeliest of
 * what was offered, at the costs of today's curve. Other budgets would have met other rounds, so
 * this is an estimate; for the budget that was used it is what happened.
 */
final class BudgetTable {
  private final List<RoundRecord> rounds;
  private final double[] curve;
  private final List<int[]> tokens;
  private final int[][] orders;
  private final int most;

  BudgetTable(List<RoundRecord> rounds, double[] curve, List<int[]> tokens) {
    this.rounds = rounds;
    this.curve = curve;
    this.tokens = tokens;
    this.orders = new int[rounds.size()][];
    int largest = 0;
    for (int i = 0; i < orders.length; i++) {
      orders[i] = rounds.get(i).offered().byLikelihood();
      largest = Math.max(largest, orders[i].length);
    }
    most = largest;
  }

  /** From no node to as many as were ever offered. */
  List<Budget> budgets() {
    List<Budget> budgets = new ArrayList<>();
    if (curve.length > 0 && !rounds.isEmpty()) {
      for (int nodes = 0; nodes <= most; nodes++) {
        budgets.add(budget(nodes));
      }
    }
    return budgets;
  }

  private Budget budget(int nodes) {
    double expected = 0;
    double happened = 0;
    double plain = 0;
    double taken = 0;
    for (int i = 0; i < orders.length; i++) {
      RoundRecord round = rounds.get(i);
      int kept = Math.min(nodes, orders[i].length);
      expected += 1;
      for (int n = 0; n < kept; n++) {
        expected += round.offered().paths()[orders[i][n]];
      }
      happened += 1 + accepted(round, orders[i], kept);
      int plainRows = round.cost().plainRows();
      plain += seconds(plainRows);
      taken += seconds(plainRows + kept) + (nodes == 0 ? 0 : round.draftSeconds());
    }
    double perRound = plain / orders.length / taken;
    return new Budget(nodes, expected * perRound, happened * perRound);
  }

  /** Tokens that the likeliest nodes would have got right, by what came. */
  private int accepted(RoundRecord round, int[] order, int kept) {
    TreeRecord tree = round.offered();
    int[] sequence = tokens.get(round.choice());
    int node = 0;
    int count = 0;
    for (int position = round.position() + 1; position < sequence.length; position++) {
      int next = -1;
      for (int n = 0; n < kept && next < 0; n++) {
        int drafted = order[n];
        boolean right = tree.tokens()[drafted] == sequence[position];
        next = right && tree.parents()[drafted] == node ? drafted : -1;
      }
      if (next < 0) {
        return count;
      }
      node = next;
      count++;
    }
    return count;
  }

  private double seconds(int rows) {
    if (rows <= curve.length) {
      return curve[rows - 1];
    }
    int last = curve.length - 1;
    double slope = last == 0 ? 0 : curve[last] - curve[last - 1];
    return curve[last] + (rows - curve.length) * slope;
  }
}
