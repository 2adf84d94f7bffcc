package updraft.speculate;

import updraft.request.TokenOrigin;

/**
 * A sequence as two drafters follow it, and whether the dear one pays: by moving averages, the
 * tokens that it alone brought a round against the time it took, in tokens. When it does not, it
 * rests, for longer each time.
 */
final class MergedSession extends DraftSession {
  private static final double STEP = 0.1;
  private static final int FIRST_REST = 8;
  private static final int LONGEST_REST = 128;

  /** Rounds that it may try before it is judged. */
  private static final int TRIAL = 6;

  private final DraftSession ngram;
  private final DraftSession network;

  private double gained;
  private double spent;
  private int trial = TRIAL;
  private int rest;
  private int nextRest = FIRST_REST;

  /** Whether the network was asked in this round, and how long the sequence was then. */
  private boolean asked;

  private int askedAt = -1;

  MergedSession(DraftContext context, DraftSession ngram, DraftSession network) {
    super(context);
    this.ngram = ngram;
    this.network = network;
  }

  DraftSession ngram() {
    return ngram;
  }

  DraftSession network() {
    return network;
  }

  @Override
  public ComputedRows computed() {
    return network.computed();
  }

  @Override
  public TokenOrigin origin(int node) {
    return tree().tag(node) == TreeMerger.FIRST ? ngram.origin(node) : network.origin(node);
  }

  /** Starts both parts' rounds as this one. */
  void startParts() {
    ngram.startRound(maxNodes(), maxDepth());
    network.startRound(maxNodes(), maxDepth());
    network.prices(tokenSeconds(), rowSeconds());
    asked = false;
  }

  /** Whether the network drafts in this round. */
  boolean asksNetwork() {
    if (context().speculation().automatic() && trial == 0 && gained < spent) {
      if (rest > 0) {
        rest--;
        return false;
      }
      trial = 2;
      rest = nextRest;
      nextRest = Math.min(LONGEST_REST, 2 * nextRest);
    }
    asked = true;
    askedAt = context().length();
    return true;
  }

  void networkTook(double seconds) {
    if (asked && tokenSeconds() > 0) {
      spent += STEP * (seconds / tokenSeconds() - spent);
    }
  }

  /** Sees what the network brought that n-grams had not. */
  void learn() {
    if (askedAt < 0 || askedAt >= context().length()) {
      return;
    }
    int both = accepted(ngram.tree());
    int alone = Math.max(0, accepted(network.tree()) - both);
    gained += STEP * (alone - gained);
    trial = Math.max(0, trial - 1);
    if (gained >= spent) {
      nextRest = FIRST_REST;
      rest = 0;
    }
    askedAt = -1;
  }

  /** How deep a tree of the round follows what was committed. */
  private int accepted(DraftTree tree) {
    int node = 0;
    for (int at = askedAt; at < context().length(); at++) {
      int child = tree.child(node, context().token(at));
      if (child == DraftTree.NONE) {
        break;
      }
      node = child;
    }
    return tree.size() == 0 ? 0 : tree.depth(node);
  }

  void countParts() {
    caughtUp(Math.max(ngram.takeCaughtUp(), network.takeCaughtUp()));
  }
}
