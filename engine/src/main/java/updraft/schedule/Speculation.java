package updraft.schedule;

import java.util.ArrayList;
import java.util.List;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.speculate.DraftSession;
import updraft.speculate.Drafter;
import updraft.trace.Stage;
import updraft.trace.Tracing;

/**
 * Drafts for the running sequences: opens and closes their sessions, asks how far to draft, lets
 * the drafter catch up. Engine thread only.
 */
public final class Speculation implements AutoCloseable {
  private final Drafter drafter;
  private final Tracing tracing;
  private final List<Sequence> drafting = new ArrayList<>();
  private final List<DraftSession> sessions = new ArrayList<>();

  public Speculation(Drafter drafter, Tracing tracing) {
    this.drafter = drafter;
    this.tracing = tracing;
  }

  /** A sequence begins to decode. */
  void open(Sequence sequence) {
    if (sequence.speculation().method() != SpeculationMethod.OFF) {
      sequence.draft(drafter.open(sequence));
    }
  }

  /**
   * Fills the sequences' trees.
   *
   * @param spareRows drafted tokens that all of them together may have
   */
  void draft(List<Sequence> decoding, int spareRows) {
    drafting.clear();
    sessions.clear();
    int spare = spareRows;
    for (int i = 0; i < decoding.size(); i++) {
      Sequence sequence = decoding.get(i);
      DraftSession session = sequence.draft();
      int left = sequence.tokens().length - sequence.length();
      int nodes = session == null ? 0 : Math.min(spare, Math.min(left - 1, 11));
      if (session == null || nodes <= 0) {
        sequence.startPlainRound();
        continue;
      }
      session.startRound(nodes, SpeculationOptions.MAX_NODES);
      drafting.add(sequence);
      sessions.add(session);
    }
    if (sessions.isEmpty()) {
      return;
    }
    tracing.startAll(drafting, Stage.SPEC_DRAFT);
    drafter.draft(sessions);
    for (int i = 0; i < drafting.size(); i++) {
      var tree = sessions.get(i).tree();
      drafting
          .get(i)
          .times()
          .drafted(drafter.method(), tree.draftedTokens(), tree.draftedTokens(), tree.depth());
    }
    tracing.endAll(drafting, Stage.SPEC_DRAFT);
  }

  /** Lets the drafter catch up with what a step committed. */
  void settled(List<Sequence> decoding) {
    sessions.clear();
    for (int i = 0; i < decoding.size(); i++) {
      DraftSession session = decoding.get(i).draft();
      if (session != null) {
        sessions.add(session);
      }
    }
    if (!sessions.isEmpty()) {
      drafter.extend(sessions);
    }
  }

  /** Forgets a sequence. */
  double close(Sequence sequence) {
    DraftSession session = sequence.draft();
    if (session != null) {
      drafter.close(session);
      sequence.draft(null);
    }
    return 1;
  }

  @Override
  public void close() {
    drafter.close();
  }
}
