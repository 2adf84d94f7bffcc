package updraft.speculate;

import org.jspecify.annotations.Nullable;

/**
 * One sequence as its drafter follows it. Drafters subclass it for their own state.
 *
 * <p>The engine sets the limits and the root before each {@link Drafter#draft}, and hidden states
 * before {@link Drafter#extend} for a drafter that asked for them.
 */
public class DraftSession {
  private final DraftContext context;
  private final DraftTree tree;

  /** Most tokens to draft in the round; set by the budget, at most the tree's capacity. */
  private int maxNodes;

  /** Longest path to draft in the round. */
  private int maxDepth;

  /** Hidden states of tokens committed since the last extend, or null: (layer, token, hidden). */
  private float @Nullable [] @Nullable [] hiddenStates;

  protected DraftSession(DraftContext context) {
    this.context = context;
    this.tree = new DraftTree(updraft.request.SpeculationOptions.MAX_NODES);
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

  /** Starts a round: the root is the last committed token. */
  public final void startRound(int nodes, int depth) {
    maxNodes = nodes;
    maxDepth = depth;
    tree.reset(context.token(context.length() - 1));
  }

  public final void hiddenStates(float @Nullable [] @Nullable [] states) {
    hiddenStates = states;
  }

  protected final float @Nullable [] @Nullable [] hiddenStates() {
    return hiddenStates;
  }
}
