package updraft.speculate;

import updraft.request.TokenOrigin;

/** A sequence as the n-gram drafter follows it: its own corpus, and its place in the shared one. */
final class NgramSession extends DraftSession {
  /** Tokens of output that the own corpus has room for before it grows. */
  private static final int HEADROOM = 256;

  private final NgramTrie.Cursor own;
  private final NgramTrie.Cursor shared;

  /** Committed tokens that the own corpus has. */
  private int followed;

  /** Committed tokens that the shared corpus has or will never get. */
  private int sharedFollowed;

  /** Committed tokens when the tree was drafted, or -1 when it has been learned from. */
  private int drafted = -1;

  NgramSession(DraftContext context, NgramOptions options, NgramTrie sharedTrie) {
    super(context);
    int[] prediction = context.prediction();
    long tokens = (long) context.length() + prediction.length + HEADROOM;
    NgramTrie ownTrie =
        new NgramTrie(
            options.depth(),
            (int) Math.min(tokens * options.depth(), options.sequenceNodes()),
            options.sequenceNodes());
    NgramTrie.Cursor predicted = ownTrie.cursor();
    for (int token : prediction) {
      predicted.append(token);
    }
    own = ownTrie.cursor();
    shared = sharedTrie.cursor();
    // of the prompt, the shared corpus learns only what leads up to the output
    sharedFollowed = Math.max(0, context.promptLength() - (options.depth() - 1));
    follow();
  }

  @Override
  public TokenOrigin origin(int node) {
    return TokenOrigin.NGRAM;
  }

  /** Appends what was committed since the last call to both corpora. */
  void follow() {
    DraftContext context = context();
    caughtUp(context.length() - followed);
    for (; followed < context.length(); followed++) {
      own.append(context.token(followed));
    }
    for (; sharedFollowed < context.length(); sharedFollowed++) {
      shared.append(context.token(sharedFollowed));
    }
  }

  /** The latest tokens in the own corpus. */
  NgramTrie.Cursor own() {
    return own;
  }

  /** The latest tokens in the shared corpus. */
  NgramTrie.Cursor shared() {
    return shared;
  }

  void drafted() {
    drafted = context().length();
  }

  /** Tells the estimates which of the verified tokens were taken; once a draft. */
  void learn(NgramEstimates estimates) {
    DraftContext context = context();
    if (drafted >= 0 && drafted < context.length()) {
      DraftTree tree = tree();
      int node = 0;
      for (int at = drafted; at < context.length() && node != DraftTree.NONE; at++) {
        int token = context.token(at);
        for (int c = tree.firstChild(node); c != DraftTree.NONE; c = tree.nextSibling(c)) {
          estimates.observe(tree.tag(c), tree.probability(c), tree.token(c) == token);
        }
        node = tree.child(node, token);
      }
      drafted = -1;
    }
  }
}
