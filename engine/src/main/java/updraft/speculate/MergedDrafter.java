package updraft.speculate;

import java.util.ArrayList;
import java.util.List;

/**
 * Two drafters' trees as one: n-grams, which cost nothing and know what has been there before, and
 * a network, which costs a little and knows more. A node that both draft is there once, with the
 * larger probability; of all nodes the likeliest paths are kept.
 *
 * <p>Where the engine decides how much to draft, the network is asked only while it brings more
 * than it takes, and again now and then: see {@link MergedSession}. Engine thread only.
 */
public final class MergedDrafter implements Drafter {
  private final Drafter ngram;
  private final Drafter network;
  private final TreeMerger merger = new TreeMerger();
  private final MergedSession.Worth worth = new MergedSession.Worth();

  // of the current call; reused
  private final List<DraftSession> ngrams = new ArrayList<>();
  private final List<DraftSession> networks = new ArrayList<>();
  private final List<MergedSession> awake = new ArrayList<>();

  /** Others may use the two as well, so they are not closed with this one. */
  public MergedDrafter(Drafter ngram, Drafter network) {
    this.ngram = ngram;
    this.network = network;
  }

  @Override
  public String method() {
    return ngram.method() + "+" + network.method();
  }

  @Override
  public int[] hiddenStateLayers() {
    return network.hiddenStateLayers();
  }

  @Override
  public boolean followsPrompts() {
    return network.followsPrompts();
  }

  @Override
  public DraftSession open(DraftContext context) {
    return new MergedSession(context, ngram.open(context), network.open(context), worth);
  }

  @Override
  public void draft(List<DraftSession> sessions) {
    ngrams.clear();
    networks.clear();
    for (int i = 0; i < sessions.size(); i++) {
      MergedSession session = (MergedSession) sessions.get(i);
      session.startParts();
      ngrams.add(session.ngram());
      if (session.asksNetwork()) {
        networks.add(session.network());
      }
    }
    ngram.draft(ngrams);
    if (!networks.isEmpty()) {
      long start = System.nanoTime();
      network.draft(networks);
      double seconds = (System.nanoTime() - start) * 1e-9 / networks.size();
      for (int i = 0; i < sessions.size(); i++) {
        ((MergedSession) sessions.get(i)).networkTook(seconds);
      }
    }
    for (int i = 0; i < sessions.size(); i++) {
      MergedSession session = (MergedSession) sessions.get(i);
      merger.merge(
          session.ngram().tree(), session.network().tree(), session.maxNodes(), session.tree());
    }
  }

  @Override
  public void extend(List<DraftSession> sessions) {
    ngrams.clear();
    networks.clear();
    awake.clear();
    for (int i = 0; i < sessions.size(); i++) {
      MergedSession session = (MergedSession) sessions.get(i);
      session.learn();
      if (!session.isDormant()) {
        awake.add(session);
        networks.add(session.network());
      }
      if (session.context().computed() == session.context().length() - 1) {
        ngrams.add(session.ngram());
      }
    }
    if (!networks.isEmpty()) {
      long start = System.nanoTime();
      network.extend(networks);
      double seconds = (System.nanoTime() - start) * 1e-9 / networks.size();
      for (int i = 0; i < awake.size(); i++) {
        awake.get(i).networkRead(seconds);
      }
    }
    ngram.extend(ngrams);
    for (int i = 0; i < sessions.size(); i++) {
      ((MergedSession) sessions.get(i)).countParts();
    }
  }

  @Override
  public void close(DraftSession session) {
    MergedSession merged = (MergedSession) session;
    ngram.close(merged.ngram());
    network.close(merged.network());
  }
}
