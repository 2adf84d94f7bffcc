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

  /** The first rest of a sequence that begins when the network is known not to pay. */
  private static final int LATER_REST = 32;

  /** Rounds that it may try before it is judged. */
  private static final int TRIAL = 6;

  /** The same after a rest: the first round only lets it catch up. */
  private static final int RETRIAL = 3;

  private final DraftSession ngram;
  private final DraftSession network;

  /** What the network was worth to all sequences, so that a new one need not find out. */
  private final Worth all;

  private double gained;
  private double spent;
  private int trial = TRIAL;
  private int rest;
  private int nextRest = FIRST_REST;

  /** Whether the network was asked in this round, and how long the sequence was then. */
  private boolean asked;

  private int askedAt = -1;

  /** What it took in this round, in tokens. */
  private double cost;

  /** What it took to read what the round before brought. */
  private double readSeconds;

  MergedSession(DraftContext context, DraftSession ngram, DraftSession network, Worth all) {
    super(context);
    this.all = all;
    this.ngram = ngram;
    this.network = network;
    if (all.isLoss()) {
      trial = 0;
      spent = all.spent;
      gained = Math.min(all.gained, 0.9 * spent);
      rest = LATER_REST;
      nextRest = 2 * LATER_REST;
    }
  }

  /** Moving averages over the sequences of a drafter: tokens gained a round, and time in tokens. */
  static final class Worth {
    private static final double STEP = 0.02;

    /** Rounds before it is a judgement. */
    private static final int ENOUGH = 12;

    /** How often a network's first choice is right, before that is known. */
    private static final double HOPE = 0.6;

    private double gained;
    private double spent;
    private double rowPrice;
    private int rounds;

    private void add(double gain, double cost, double price) {
      rowPrice = price;
      double step = Math.max(STEP, 1.0 / ++rounds);
      gained += step * (gain - gained);
      spent += step * (cost - spent);
    }

    private boolean isLoss() {
      boolean known = rounds >= ENOUGH;
      return known ? gained < spent : rounds > 1 && HOPE - rowPrice < spent;
    }
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
      trial = RETRIAL;
      rest = nextRest;
      nextRest = Math.min(LONGEST_REST, 2 * nextRest);
    }
    asked = true;
    askedAt = context().length();
    return true;
  }

  /**
   * Whether the network need not even read what was committed: it goes on from where it wakes, with
   * nothing before.
   */
  boolean isDormant() {
    return context().speculation().automatic()
        && trial == 0
        && gained < spent
        && rest > 0
        && all.isLoss();
  }

  /** Reading the prompt is no round's, whatever follows. */
  void networkRead(double seconds) {
    accountsFor(seconds);
    readSeconds = context().length() > context().promptLength() + 1 ? seconds : 0;
  }

  void networkTook(double seconds) {
    if (asked) {
      accountsFor(seconds);
    }
    if (asked && tokenSeconds() > 0) {
      cost = (seconds + readSeconds) / tokenSeconds();
      spent += STEP * (cost - spent);
    }
  }

  /** Sees what the network brought that n-grams had not. */
  void learn() {
    if (askedAt < 0 || askedAt >= context().length()) {
      return;
    }
    int both = accepted(ngram.tree());
    int alone = Math.max(0, accepted(network.tree()) - both);
    double gain = alone - networkRows() * rowPrice();
    gained += STEP * (gain - gained);
    all.add(gain, cost, rowPrice());
    trial = Math.max(0, trial - 1);
    if (gained >= spent) {
      nextRest = FIRST_REST;
      rest = 0;
    }
    askedAt = -1;
  }

  /** Nodes that were verified for the network's sake. */
  private int networkRows() {
    DraftTree tree = tree();
    int rows = 0;
    for (int node = 1; node < tree.size(); node++) {
      rows += tree.tag(node) == TreeMerger.FIRST ? 0 : 1;
    }
    return rows;
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

  private double rowPrice() {
    return tokenSeconds() > 0 ? rowSeconds() / tokenSeconds() : 0;
  }

  void countParts() {
    caughtUp(Math.max(ngram.takeCaughtUp(), network.takeCaughtUp()));
  }
}
