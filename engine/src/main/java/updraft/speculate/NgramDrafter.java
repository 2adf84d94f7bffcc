package updraft.speculate;

import java.util.List;
import updraft.request.SpeculationOptions;

/**
 * Drafts continuations of earlier occurrences of the latest tokens: of the sequence's own prompt,
 * prediction and output, and of a corpus that all sequences share, which learns their outputs (and
 * the few tokens before them) as they are committed. After SGLang's NGRAM worker, whose trie holds
 * outputs alone.
 *
 * <p>Costs no forward: microseconds a draft. Memory as {@link NgramOptions#DEFAULT} says. Allocates
 * nothing in a round, but where a sequence's corpus doubles its arrays. Engine thread only.
 */
public final class NgramDrafter implements Drafter {
  private final NgramOptions options;
  private final NgramTrie shared;
  private final NgramEstimates estimates;
  private final DraftSketch sketch = new DraftSketch(SpeculationOptions.MAX_NODES);
  private final NgramExpansion expansion;

  public NgramDrafter() {
    this(NgramOptions.DEFAULT);
  }

  public NgramDrafter(NgramOptions options) {
    this.options = options;
    shared = new NgramTrie(options.depth(), 1, options.sharedNodes());
    estimates = new NgramEstimates(options.depth());
    expansion = new NgramExpansion(options, estimates, sketch, SpeculationOptions.MAX_NODES);
  }

  @Override
  public String method() {
    return "ngram";
  }

  @Override
  public DraftSession open(DraftContext context) {
    return new NgramSession(context, options, shared);
  }

  @Override
  public void draft(List<DraftSession> sessions) {
    for (int i = 0; i < sessions.size(); i++) {
      draft((NgramSession) sessions.get(i));
    }
  }

  private void draft(NgramSession session) {
    session.follow();
    SpeculationOptions asked = session.context().speculation();
    int children = asked.topk() == 0 ? options.maxBreadth() : asked.topk();
    sketch.start(session.maxNodes(), session.maxDepth(), children);
    expansion.expand(session.own(), session.shared(), asked.match());
    sketch.copyTo(session.tree());
    session.drafted();
  }

  @Override
  public void extend(List<DraftSession> sessions) {
    for (int i = 0; i < sessions.size(); i++) {
      NgramSession session = (NgramSession) sessions.get(i);
      session.learn(estimates);
      session.follow();
    }
  }

  @Override
  public void close(DraftSession session) {}
}
