package updraft.speculate;

import java.util.List;
import updraft.request.NgramMatch;
import updraft.request.SpeculationOptions;

/**
 * Drafts what followed the latest tokens earlier: in the request itself (prompt, expected text,
 * answer), then in what all requests of the engine have had. Costs tens of microseconds a draft and
 * no forward.
 */
public final class NgramDrafter implements Drafter {
  /** Longest window, as in SGLang. */
  private static final int MAX_DEPTH = 18;

  /** Nodes of what all requests share: about 12 MB. */
  private static final int SHARED_NODES = 1 << 18;

  /** Most nodes of a request's own corpus: about 3 MB. */
  private static final int OWN_NODES = 1 << 16;

  private final NgramTrie shared = new NgramTrie(SHARED_NODES, MAX_DEPTH);
  private final NgramTreeBuilder builder = new NgramTreeBuilder(MAX_DEPTH - 1);

  /** What new sequences start from. */
  private final HitRates rates = new HitRates(0.01f);

  /** A sequence's own corpus and how well drafts from it do. */
  private final class Session extends DraftSession {
    private final NgramTrie own;
    private final NgramTrie.Cursor ownCursor;
    private final NgramTrie.Cursor sharedCursor;
    private final HitRates hitRates = new HitRates(rates, 0.1f);

    /** Tokens of the sequence that are in the corpora. */
    private int known;

    /** The last draft before the budget took away what does not pay: all of it teaches. */
    private final DraftTree drafted = new DraftTree(SpeculationOptions.MAX_NODES);

    /** Match length of the last draft's root; 0 when nothing matched. */
    private int matchLength;

    Session(DraftContext context) {
      super(context);
      int expected = (context.length() + context.prediction().length + 512) * MAX_DEPTH;
      own = new NgramTrie(Math.min(OWN_NODES, expected), MAX_DEPTH);
      own.insert(context.prediction());
      ownCursor = own.new Cursor();
      sharedCursor = shared.new Cursor();
      learn();
    }

    void learn() {
      for (; known < context().length(); known++) {
        int token = context().token(known);
        ownCursor.append(token);
        sharedCursor.append(token);
      }
    }

    /** Compares the last draft with what came, verified or not. */
    void observe() {
      int node = 0;
      int position = known;
      while (position < context().length() && hasChildren(node)) {
        int next = drafted.child(node, context().token(position));
        int length = matchLength + drafted.depth(node);
        hitRates.observe(length, next != DraftTree.NONE);
        rates.observe(length, next != DraftTree.NONE);
        if (next == DraftTree.NONE) {
          break;
        }
        node = next;
        position++;
      }
      drafted.reset(0);
    }

    private boolean hasChildren(int node) {
      return drafted.size() > 0 && drafted.firstChild(node) != DraftTree.NONE;
    }
  }

  @Override
  public String method() {
    return "ngram";
  }

  @Override
  public DraftSession open(DraftContext context) {
    return new Session(context);
  }

  @Override
  public void draft(List<DraftSession> sessions) {
    for (int i = 0; i < sessions.size(); i++) {
      draft((Session) sessions.get(i));
    }
  }

  private void draft(Session session) {
    DraftContext context = session.context();
    NgramMatch match = context.speculation().match();
    builder.start(session.maxNodes(), session.maxDepth(), context.speculation().topk());
    for (int i = context.length() - 1; i >= 0 && i >= context.length() - MAX_DEPTH; i--) {
      builder.precededBy(context.token(i));
    }
    session.matchLength = builder.addFrom(session.own, match, session.hitRates);
    if (session.matchLength < 2) {
      int length = builder.addFrom(shared, match, session.hitRates);
      session.matchLength = Math.max(session.matchLength, length);
    }
    session.drafted.reset(session.tree().token(0));
    builder.copyTo(session.drafted);
    builder.copyTo(session.tree());
  }

  @Override
  public void extend(List<DraftSession> sessions) {
    for (int i = 0; i < sessions.size(); i++) {
      Session session = (Session) sessions.get(i);
      session.observe();
      session.learn();
    }
  }

  @Override
  public void close(DraftSession session) {
    // what the shared corpus learned stays; the rest goes with the session
  }
}
