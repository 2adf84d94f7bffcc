package updraft.schedule;

import java.util.ArrayList;
import java.util.List;
import updraft.speculate.DraftSession;
import updraft.speculate.Drafter;
import updraft.trace.Stage;
import updraft.trace.TraceClock;
import updraft.trace.Tracing;

/** The sequences of a step that one drafter works for. Reused between steps; engine thread only. */
final class DraftBatch {
  private final Drafter drafter;
  private final boolean followsPrompts;
  private final Tracing tracing;
  private final TraceClock clock;
  private long spentNanos;
  private final List<Sequence> sequences = new ArrayList<>();
  private final List<DraftSession> sessions = new ArrayList<>();

  DraftBatch(Drafter drafter, Tracing tracing) {
    this.drafter = drafter;
    this.followsPrompts = drafter.followsPrompts();
    this.tracing = tracing;
    this.clock = tracing.clock();
  }

  Drafter drafter() {
    return drafter;
  }

  boolean followsPrompts() {
    return followsPrompts;
  }

  void clear() {
    sequences.clear();
    sessions.clear();
  }

  void add(Sequence sequence, DraftSession session) {
    sequences.add(sequence);
    sessions.add(session);
  }

  List<Sequence> sequences() {
    return sequences;
  }

  List<DraftSession> sessions() {
    return sessions;
  }

  /**
   * Drafts for all at once; when that fails, one by one, so that only the sequence to blame fails.
   */
  void draft() {
    if (sessions.isEmpty()) {
      return;
    }
    long started = clock.nanoTime();
    try {
      drafter.draft(sessions);
    } catch (RuntimeException | Error all) {
      for (int i = 0; i < sessions.size(); i++) {
        DraftSession session = sessions.get(i);
        session.startRound(session.maxNodes(), session.maxDepth());
        try {
          drafter.draft(List.of(session));
        } catch (RuntimeException | Error e) {
          sequences.get(i).startPlainRound();
          sequences.get(i).fail(e);
        }
      }
    }
    share(clock.nanoTime() - started);
  }

  /** Lets the drafter catch up; all at once, and when that fails, one by one. */
  void extend() {
    if (sessions.isEmpty()) {
      return;
    }
    tracing.startAll(sequences, Stage.SPEC_DRAFT_EXTEND);
    long started = clock.nanoTime();
    try {
      drafter.extend(sessions);
    } catch (RuntimeException | Error all) {
      for (int i = 0; i < sessions.size(); i++) {
        try {
          drafter.extend(List.of(sessions.get(i)));
        } catch (RuntimeException | Error e) {
          sequences.get(i).fail(e);
        }
      }
    }
    share(clock.nanoTime() - started);
    for (int i = 0; i < sessions.size(); i++) {
      if (sequences.get(i).length() <= sequences.get(i).promptLength() + 1) {
        sequences.get(i).account().forgive(); // reading the prompt is done, whatever follows
      }
      sequences.get(i).times().extended(sessions.get(i).takeCaughtUp());
    }
    tracing.endAll(sequences, Stage.SPEC_DRAFT_EXTEND);
  }

  /** What the drafter has taken since this was last asked. */
  long takeNanos() {
    long nanos = spentNanos;
    spentNanos = 0;
    return nanos;
  }

  private void share(long nanos) {
    spentNanos += nanos;
    double seconds = nanos * 1e-9 / sequences.size();
    for (int i = 0; i < sequences.size(); i++) {
      double own = sessions.get(i).takeOwnSeconds();
      sequences.get(i).account().spent(Math.max(0, seconds - own));
      sequences.get(i).account().spentApart(own);
    }
  }
}
