package updraft.speculate;

import java.util.Arrays;
import java.util.List;

/**
 * How many drafted nodes a step verifies. With n nodes beside r roots a step is expected to yield r
 * + Σ p tokens (p being the probabilities of the n likeliest paths, over all sequences) and to take
 * the {@link CostCurve}'s time for r + n rows; the n with the most tokens a second wins, none
 * included.
 *
 * <p>Drafts that turn out not to pay are not even made for a while: after each such round in a row
 * the pause doubles, up to 64 rounds, and one round tries again. Not thread-safe.
 */
public final class DraftBudget {
  /** A draft must promise this much more than plain decoding: estimates err. */
  private static final double LEAST_GAIN = 1.03;

  private static final int LONGEST_PAUSE = 64;

  private final CostCurve costs;

  /** Probabilities of all nodes of a step, for choosing the likeliest. */
  private float[] probabilities = new float[256];

  private int count;

  public DraftBudget(CostCurve costs) {
    this.costs = costs;
  }

  /** What the budget remembers of a sequence. */
  public static final class Account {
    private int pause;
    private int skipped;
    private double predicted;
    private int rounds;

    /** Whether this round is one to draft in. */
    public boolean drafts() {
      if (skipped < pause) {
        skipped++;
        return false;
      }
      skipped = 0;
      return true;
    }

    private void settle(boolean pays) {
      pause = pays ? 0 : Math.min(LONGEST_PAUSE, Math.max(1, pause * 2));
    }

    /** Mean over the rounds of the speed that the budget expected, plain decoding being 1. */
    public double predictedSpeedup() {
      return rounds == 0 ? 1 : predicted / rounds;
    }

    /** A round without a draft. */
    public void plainRound() {
      predicted += 1;
      rounds++;
    }
  }

  /**
   * Prunes the trees of a step to what pays.
   *
   * @param plainTokens tokens that the step yields without these trees
   * @param plainRows rows of the step beside these trees' nodes: their roots, other sequences' rows
   * @param most nodes that the step has room for
   */
  public void prune(
      List<DraftTree> trees, List<Account> accounts, int plainTokens, int plainRows, int most) {
    count = 0;
    for (int i = 0; i < trees.size(); i++) {
      collect(trees.get(i));
    }
    Arrays.sort(probabilities, 0, count);
    double plain = plainTokens / costs.seconds(plainRows);
    double best = plain * LEAST_GAIN;
    int nodes = 0;
    double tokens = plainTokens;
    for (int n = 1; n <= Math.min(count, most); n++) {
      tokens += probabilities[count - n];
      double rate = tokens / costs.seconds(plainRows + n);
      if (rate > best) {
        best = rate;
        nodes = n;
      }
    }
    float least = nodes == 0 ? Float.POSITIVE_INFINITY : probabilities[count - nodes];
    int left = nodes;
    for (int i = 0; i < trees.size(); i++) {
      DraftTree tree = trees.get(i);
      tree.keepLikeliest(least, left);
      left -= tree.draftedTokens();
      settle(accounts.get(i), tree, plainRows);
    }
  }

  private void settle(Account account, DraftTree tree, int plainRows) {
    double tokens = 1;
    for (int node = 1; node < tree.size(); node++) {
      tokens += tree.probability(node);
    }
    account.predicted +=
        tokens * costs.seconds(plainRows) / costs.seconds(plainRows + tree.draftedTokens());
    account.rounds++;
    account.settle(tree.draftedTokens() > 0);
  }

  private void collect(DraftTree tree) {
    if (count + tree.size() > probabilities.length) {
      probabilities = Arrays.copyOf(probabilities, 2 * (count + tree.size()));
    }
    for (int node = 1; node < tree.size(); node++) {
      probabilities[count++] = tree.probability(node);
    }
  }
}
