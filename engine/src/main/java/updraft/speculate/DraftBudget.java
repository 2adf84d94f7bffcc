package updraft.speculate;

import java.util.Arrays;
import java.util.List;

/**
 * How many drafted nodes a step verifies. With n nodes beside its plain rows a step is expected to
 * yield its plain tokens + Σ p, p being the probabilities of the n likeliest paths over all
 * sequences, and to take the {@link CostCurve}'s time for that many rows. The n with the most
 * tokens a second wins, none included; so what a node costs is what it adds to the step that the
 * others share.
 *
 * <p>Probabilities are the drafter's, corrected by each sequence's {@link DraftAccount}, which also
 * stops drafts that do not pay and says when to try again. Not thread-safe; deterministic: reads no
 * clock.
 */
public final class DraftBudget {
  /** What a draft must promise to be begun, and to be gone on with: estimates err. */
  private static final double GAIN_TO_BEGIN = 1.03;

  private static final double GAIN_TO_GO_ON = 1.01;

  /** A node's number within a candidate. */
  private static final int NODE_BITS = 6;

  private final CostCurve costs;

  /** Paths of this step, likeliest first: inverted probability, tree, node. */
  private long[] candidates = new long[256];

  private int count;

  /** By tree: the nodes to keep, and whether the one of them is a probe. */
  private long[] kept = new long[16];

  private boolean[] probes = new boolean[16];

  /** Probabilities of the paths of one tree. */
  private final double[] paths = new double[1 << NODE_BITS];

  public DraftBudget(CostCurve costs) {
    this.costs = costs;
  }

  /**
   * Prunes the trees of a step to what pays, and charges their accounts. Trees of requests that
   * chose their own limits stay whole.
   *
   * @param accounts one a tree
   * @param plainTokens tokens that the step yields without drafts, at least 1
   * @param plainRows rows of the step without drafts, at least 1
   * @param most nodes that the step has room for, those of requests with limits excluded
   * @param draftSeconds what drafting took for all of them, beside what the accounts have {@link
   *     DraftAccount#spent}
   */
  public void prune(
      List<DraftTree> trees,
      List<DraftAccount> accounts,
      int plainTokens,
      int plainRows,
      int most,
      double draftSeconds) {
    int rows = plainRows + collect(trees, accounts);
    int nodes = choose(plainTokens, rows, Math.min(most, count), gainNeeded(accounts));
    double tokens = plainTokens;
    for (int i = 0; i < nodes; i++) {
      kept[tree(candidates[i])] |= 1L << node(candidates[i]);
      tokens += probability(candidates[i]);
    }
    rows += nodes;
    int room = rows - nodes + most;
    for (int i = 0; i < trees.size() && rows < room; i++) {
      if (probes(trees.get(i), accounts.get(i), i, tokens, rows)) {
        kept[i] |= 1L << likeliestChild(trees.get(i));
        probes[i] = true;
        rows++;
      }
    }
    charge(trees, accounts, plainTokens, plainRows, rows, draftSeconds);
  }

  /** Gathers the paths there are to choose from; returns how many nodes are not for choice. */
  private int collect(List<DraftTree> trees, List<DraftAccount> accounts) {
    if (trees.size() > kept.length) {
      kept = new long[2 * trees.size()];
      probes = new boolean[kept.length];
    }
    count = 0;
    int fixed = 0;
    for (int i = 0; i < trees.size(); i++) {
      DraftTree tree = trees.get(i);
      kept[i] = accounts.get(i).auto() ? 1 : -1;
      probes[i] = false;
      if (!accounts.get(i).auto()) {
        fixed += tree.draftedTokens();
      } else if (accounts.get(i).hasCredit()) {
        collect(tree, accounts.get(i), i);
      }
    }
    Arrays.sort(candidates, 0, count);
    return fixed;
  }

  /** A path is never likelier than its parent's, and on a tie comes later: any prefix is a tree. */
  private void collect(DraftTree tree, DraftAccount account, int index) {
    if (count + tree.size() > candidates.length) {
      candidates = Arrays.copyOf(candidates, 2 * (count + tree.size()));
    }
    paths[0] = 1;
    for (int node = 1; node < tree.size(); node++) {
      paths[node] = paths[tree.parent(node)] * account.estimate(tree.probability(node));
      long rank = LikeliestNodes.rank((float) paths[node]);
      candidates[count++] = rank << 32 | (long) index << NODE_BITS | node;
    }
  }

  private static int tree(long candidate) {
    return (int) candidate >>> NODE_BITS;
  }

  private static int node(long candidate) {
    return (int) candidate & ((1 << NODE_BITS) - 1);
  }

  private static double probability(long candidate) {
    return LikeliestNodes.path((int) (candidate >>> 32));
  }

  /** How many of the likeliest paths give the most tokens a second. */
  private int choose(int plainTokens, int rows, int most, double gainNeeded) {
    double best = plainTokens / costs.seconds(rows) * gainNeeded;
    double tokens = plainTokens;
    int nodes = 0;
    for (int n = 1; n <= most; n++) {
      tokens += probability(candidates[n - 1]);
      double rate = tokens / costs.seconds(rows + n);
      if (rate > best) {
        best = rate;
        nodes = n;
      }
    }
    return nodes;
  }

  private static double gainNeeded(List<DraftAccount> accounts) {
    for (int i = 0; i < accounts.size(); i++) {
      if (accounts.get(i).keeps()) {
        return GAIN_TO_GO_ON;
      }
    }
    return GAIN_TO_BEGIN;
  }

  /** Whether one node is to be tried for what it teaches: only where it would pay if taken. */
  private boolean probes(DraftTree tree, DraftAccount account, int index, double tokens, int rows) {
    return account.auto()
        && account.probeIsDue()
        && kept[index] == 1
        && tree.size() > 1
        && (tokens + 1) / costs.seconds(rows + 1) > tokens / costs.seconds(rows) * GAIN_TO_BEGIN;
  }

  private static int likeliestChild(DraftTree tree) {
    int best = tree.firstChild(0);
    for (int c = best; c != DraftTree.NONE; c = tree.nextSibling(c)) {
      if (tree.probability(c) > tree.probability(best)) {
        best = c;
      }
    }
    return best;
  }

  private void charge(
      List<DraftTree> trees,
      List<DraftAccount> accounts,
      int plainTokens,
      int plainRows,
      int rows,
      double draftSeconds) {
    double plain = costs.seconds(plainRows);
    double perNode = rows == plainRows ? 0 : (costs.seconds(rows) - plain) / (rows - plainRows);
    for (int i = 0; i < trees.size(); i++) {
      DraftTree tree = trees.get(i);
      int offered = tree.draftedTokens();
      tree.retain(kept[i]);
      double drafting = draftSeconds / trees.size() + accounts.get(i).takeSpentSeconds();
      double seconds = tree.draftedTokens() * perNode + drafting;
      double rounds = seconds * plainTokens / plain;
      accounts.get(i).charge(offered, tree.draftedTokens(), rounds, probes[i]);
      accounts.get(i).chargeApart(accounts.get(i).takeApartSeconds() * plainTokens / plain);
    }
  }
}
