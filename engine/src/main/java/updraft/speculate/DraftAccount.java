package updraft.speculate;

import updraft.request.SpeculationOptions;

/**
 * What drafting has been worth to a sequence: how far its drafter's probabilities can be trusted,
 * and whether time was gained or lost. Kept with the sequence; engine thread only.
 *
 * <p>Time is counted in plain rounds: a step without drafts, divided by the tokens it yields. An
 * account starts with the credit of one round, earns a little with each, and is charged what
 * drafting and verifying cost beyond the tokens they brought. Without credit nothing is drafted but
 * an occasional probe. So a sequence can never lose more than {@value #FIRST_CREDIT} round, {@link
 * #EARNED} of the rounds it has had, and what the last draft cost.
 */
public final class DraftAccount {
  private static final double FIRST_CREDIT = 1;
  private static final double EARNED = 0.015;

  /** Gains of old do not pay for losses of now. */
  private static final double MOST_CREDIT = 2;

  /** Quiet rounds before a probe; doubled by each that brings nothing. */
  private static final int FIRST_WAIT = 12;

  private static final int LONGEST_WAIT = 384;

  /** Drafting that takes less than this part of a round may be done again and again. */
  private static final double FREE = 0.02;

  /** Ranges of the drafter's probabilities that are trusted apart. */
  private static final int RANGES = 8;

  /** Weight of the drafter's word against what is observed, in observations. */
  private static final double TRUST = 2;

  /** What an observation leaves of those before it: some twenty count. */
  private static final double KEPT = 0.95;

  private static final double MOST = 0.98;

  private final boolean auto;

  /** By range: tokens taken, and how many the probabilities promised. */
  private final double[] taken = new double[RANGES];

  private final double[] promised = new double[RANGES];

  private double credit = FIRST_CREDIT;

  /** What drafting has taken since it was last charged. */
  private double spentSeconds;

  /** What drafters have taken of which they keep account themselves. */
  private double apartSeconds;

  /** Rounds since a draft was verified though there was one, or might have been. */
  private int quiet;

  private int wait = FIRST_WAIT;

  // the round that is going on
  private boolean drafted;
  private int offeredNodes;
  private int keptNodes;
  private double roundCost;
  private boolean probing;

  // totals, for the predicted speed-up
  private double tokens;
  private double cost;

  public DraftAccount(SpeculationOptions options) {
    auto = options.automatic();
  }

  /** Whether to draft in this round at all. */
  public boolean drafts() {
    return !auto || hasCredit() || probeIsDue();
  }

  /** Nodes that were drafted in the round that is going on. */
  public int offeredNodes() {
    return offeredNodes;
  }

  /** Those of them that are verified. */
  public int keptNodes() {
    return keptNodes;
  }

  /** Whether they are verified to learn something. */
  public boolean probing() {
    return probing;
  }

  /** Whether the budget decides, rather than the request. */
  boolean auto() {
    return auto;
  }

  boolean hasCredit() {
    return credit >= 0;
  }

  boolean probeIsDue() {
    return quiet >= wait;
  }

  /** Whether the last round with a draft verified some of it. */
  boolean keeps() {
    return quiet == 0 && tokens > 0;
  }

  /** The probability that a drafted token is taken after its parent was, by experience. */
  public double estimate(double probability) {
    int range = range(probability);
    return promised[range] == 0
        ? Math.min(MOST, probability)
        : Math.min(MOST, probability * taken[range] / promised[range]);
  }

  /** Notes what drafting for it, or catching up, has taken; charged with the next draft. */
  public void spent(double seconds) {
    spentSeconds += seconds;
  }

  /** The same for what the drafter itself decides by: no credit depends on it. */
  public void spentApart(double seconds) {
    apartSeconds += seconds;
  }

  /** Forgets what was {@link #spent}. */
  public void forgive() {
    spentSeconds = 0;
    apartSeconds = 0;
  }

  double takeSpentSeconds() {
    double seconds = spentSeconds;
    spentSeconds = 0;
    return seconds;
  }

  double takeApartSeconds() {
    double seconds = apartSeconds;
    apartSeconds = 0;
    return seconds;
  }

  /** Counts plain rounds that went into drafts towards the predicted speed-up alone. */
  void chargeApart(double rounds) {
    cost += rounds;
  }

  /**
   * Notes what became of the round's draft.
   *
   * @param offered nodes that were drafted
   * @param kept nodes that are verified
   * @param cost of drafting and verifying, in plain rounds
   * @param probe whether they are verified to learn something
   */
  void charge(int offered, int kept, double cost, boolean probe) {
    drafted = true;
    offeredNodes = offered;
    keptNodes = kept;
    roundCost = cost;
    probing = probe;
  }

  /**
   * A round was verified, with a draft or without.
   *
   * @param tree as verified
   * @param lastNode the last accepted node, 0 if there is none
   */
  public void verified(DraftTree tree, int lastNode) {
    int accepted = tree.depth(lastNode);
    observe(tree, lastNode, DraftTree.NONE);
    for (int node = lastNode; node != 0; node = tree.parent(node)) {
      observe(tree, tree.parent(node), node);
    }
    if (keptNodes > 0 && tree.draftedTokens() == 0) {
      roundCost = 0; // there was no room for it after all
    }
    tokens += 1 + accepted;
    cost += 1 + roundCost;
    credit = Math.min(MOST_CREDIT, credit + EARNED + accepted - roundCost);
    schedule(accepted);
    drafted = false;
    offeredNodes = 0;
    keptNodes = 0;
    roundCost = 0;
    probing = false;
  }

  /** The children of an accepted node were tried, of which one or none was taken. */
  private void observe(DraftTree tree, int parent, int takenChild) {
    for (int c = tree.firstChild(parent); c != DraftTree.NONE; c = tree.nextSibling(c)) {
      double probability = tree.probability(c);
      int range = range(probability);
      if (promised[range] == 0) {
        promised[range] = TRUST * probability;
        taken[range] = TRUST * probability;
      }
      promised[range] = promised[range] * KEPT + probability;
      taken[range] = taken[range] * KEPT + (c == takenChild ? 1 : 0);
    }
  }

  private static int range(double probability) {
    return Math.min(RANGES - 1, (int) (probability * RANGES));
  }

  /** Decides when to probe next. */
  private void schedule(int accepted) {
    if (keptNodes > 0) {
      quiet = 0;
      if (accepted > 0) {
        wait = FIRST_WAIT;
      } else if (probing) {
        wait = Math.min(LONGEST_WAIT, 2 * wait);
      }
    } else if (drafted && roundCost > FREE && !hasCredit()) {
      // drafted for a probe that would not have paid: looking was dear enough
      quiet = 0;
      wait = Math.min(LONGEST_WAIT, 2 * wait);
    } else if (!drafted || offeredNodes > 0) {
      quiet++;
    }
  }

  /**
   * Speed over plain decoding by the measured costs: S = τ ÷ (γ·c + v), the tokens of a round over
   * its cost in plain rounds; 1 when nothing was drafted.
   */
  public double predictedSpeedup() {
    return cost == 0 ? 1 : tokens / cost;
  }
}
