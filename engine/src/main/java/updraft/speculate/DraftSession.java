package updraft.speculate;

import updraft.request.SpeculationOptions;
import updraft.request.TokenOrigin;

/**
 * One sequence as its drafter follows it. Drafters subclass it for their own state.
 *
 * <p>The engine sets limits, prices and the root before each {@link Drafter#draft}, and computed
 * rows before {@link Drafter#extend} for a drafter that wants hidden states.
 */
public abstract class DraftSession {
  private final DraftContext context;
  private final DraftTree tree;
  private final ComputedRows computed = new ComputedRows();

  /** Most tokens to draft in the round; set by the budget, at most the tree's capacity. */
  private int maxNodes;

  /** Longest path to draft in the round. */
  private int maxDepth;

  private double tokenSeconds;
  private double rowSeconds;
  private int caughtUp;

  /** Seconds of drafting that the drafter itself keeps account of. */
  private double ownSeconds;

  protected DraftSession(DraftContext context) {
    this.context = context;
    this.tree = new DraftTree(SpeculationOptions.MAX_NODES);
  }

  public final DraftContext context() {
    return context;
  }

  public final DraftTree tree() {
    return tree;
  }

  public final int maxNodes() {
    return maxNodes;
  }

  public final int maxDepth() {
    return maxDepth;
  }

  /** Who came up with a drafted node. */
  public abstract TokenOrigin origin(int node);

  /** Starts a round: the root is the last committed token. */
  public final void startRound(int nodes, int depth) {
    maxNodes = nodes;
    maxDepth = depth;
    tree.reset(context.token(context.length() - 1));
  }

  /**
   * What the round's nodes are worth and cost.
   *
   * @param token seconds that a token takes without drafts
   * @param row seconds that a further row adds to the step
   */
  public final void prices(double token, double row) {
    tokenSeconds = token;
    rowSeconds = row;
  }

  final double tokenSeconds() {
    return tokenSeconds;
  }

  final double rowSeconds() {
    return rowSeconds;
  }

  /** Rows computed since the last {@link Drafter#extend}, with their hidden states. */
  public ComputedRows computed() {
    return computed;
  }

  /** Notes that the drafter has caught up with so many tokens. */
  final void caughtUp(int tokens) {
    caughtUp += tokens;
  }

  /** Notes time that the drafter weighs against what it brings, so that nobody else need. */
  final void accountsFor(double seconds) {
    ownSeconds += seconds;
  }

  /** Seconds since this was last asked that the drafter itself keeps account of. */
  public final double takeOwnSeconds() {
    double seconds = ownSeconds;
    ownSeconds = 0;
    return seconds;
  }

  /** Tokens that the drafter has caught up with since this was last asked. */
  public final int takeCaughtUp() {
    int tokens = caughtUp;
    caughtUp = 0;
    return tokens;
  }
}
