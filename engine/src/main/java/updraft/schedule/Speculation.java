package updraft.schedule;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.speculate.CostCurve;
import updraft.speculate.DraftAccount;
import updraft.speculate.DraftBudget;
import updraft.speculate.DraftSession;
import updraft.speculate.DraftTree;
import updraft.speculate.Drafter;
import updraft.trace.Stage;
import updraft.trace.TraceClock;
import updraft.trace.Tracing;

/**
 * Drafts for the running sequences: opens and closes their sessions, decides with the budget how
 * far they are verified, lets the drafter catch up. Engine thread only, but for construction.
 */
public final class Speculation implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Speculation.class.getName());

  /**
   * Drafted tokens of a request that names its drafter but no number: SGLang's 12 with the root.
   */
  private static final int FIXED_NODES = 11;

  /** Drafted tokens of which the budget chooses. */
  private static final int AUTO_NODES = 24;

  private final Drafter drafter;
  private final CostCurve costs;
  private final DraftBudget budget;
  private final Tracing tracing;
  private final TraceClock clock;

  // of the current step; reused
  private final List<Sequence> drafting = new ArrayList<>();
  private final List<DraftSession> sessions = new ArrayList<>();
  private final List<DraftTree> trees = new ArrayList<>();
  private final List<DraftAccount> accounts = new ArrayList<>();

  public Speculation(Drafter drafter, CostCurve costs, Tracing tracing) {
    this.drafter = drafter;
    this.costs = costs;
    this.budget = new DraftBudget(costs);
    this.tracing = tracing;
    this.clock = tracing.clock();
  }

  /** A sequence begins to decode, or does so again after it had to go. */
  void open(Sequence sequence) {
    if (sequence.draft() == null && sequence.speculation().method() != SpeculationMethod.OFF) {
      sequence.draft(drafter.open(sequence));
    }
  }

  /**
   * Fills the trees of this step's rounds.
   *
   * @param otherRows rows that the step has beside these sequences'
   * @param spareRows drafted tokens that all of them together may have
   */
  void draft(List<Sequence> decoding, int otherRows, int spareRows) {
    drafting.clear();
    sessions.clear();
    int spare = spareRows;
    for (int i = 0; i < decoding.size(); i++) {
      Sequence sequence = decoding.get(i);
      DraftSession session = sequence.draft();
      int nodes = session == null ? 0 : Math.min(spare, limit(sequence));
      if (session == null || nodes <= 0 || !sequence.account().drafts()) {
        sequence.startPlainRound();
        continue;
      }
      int depth = sequence.speculation().depth();
      int left = remaining(sequence);
      session.startRound(nodes, depth == 0 ? left : Math.min(depth, left));
      drafting.add(sequence);
      sessions.add(session);
      if (!isAuto(sequence)) {
        spare -= nodes;
      }
    }
    if (sessions.isEmpty()) {
      return;
    }
    tracing.startAll(drafting, Stage.SPEC_DRAFT);
    long started = clock.nanoTime();
    fillTrees();
    double seconds = (clock.nanoTime() - started) * 1e-9;
    pruneByBudget(decoding.size(), otherRows + decoding.size(), spare, seconds);
    for (int i = 0; i < drafting.size(); i++) {
      DraftTree tree = sessions.get(i).tree();
      drafting
          .get(i)
          .times()
          .drafted(drafter.method(), tree.draftedTokens(), tree.draftedTokens(), tree.depth());
    }
    tracing.endAll(drafting, Stage.SPEC_DRAFT);
  }

  /** Tokens that may still be generated after this round's bonus: a longer path is of no use. */
  private static int remaining(Sequence sequence) {
    return sequence.tokens().length - sequence.length() - 1;
  }

  /** Most tokens worth drafting. */
  private static int limit(Sequence sequence) {
    int asked = sequence.speculation().nodes();
    int wanted = asked > 0 ? asked : isAuto(sequence) ? AUTO_NODES : FIXED_NODES;
    return remaining(sequence) <= 0 ? 0 : Math.min(wanted, SpeculationOptions.MAX_NODES);
  }

  private static boolean isAuto(Sequence sequence) {
    return sequence.speculation().method() == SpeculationMethod.AUTO;
  }

  private void pruneByBudget(int plainTokens, int plainRows, int spare, double draftSeconds) {
    trees.clear();
    accounts.clear();
    for (int i = 0; i < drafting.size(); i++) {
      trees.add(sessions.get(i).tree());
      accounts.add(drafting.get(i).account());
    }
    budget.prune(trees, accounts, plainTokens, plainRows, spare, draftSeconds);
  }

  /**
   * Drafts for all at once; when that fails, one by one, so that only the sequence to blame fails.
   */
  private void fillTrees() {
    try {
      drafter.draft(sessions);
    } catch (RuntimeException | Error all) {
      for (int i = 0; i < sessions.size(); i++) {
        DraftSession session = sessions.get(i);
        session.startRound(session.maxNodes(), session.maxDepth());
        try {
          drafter.draft(List.of(session));
        } catch (RuntimeException | Error e) {
          drafting.get(i).startPlainRound();
          drafting.get(i).fail(e);
        }
      }
    }
  }

  /**
   * A step is over: the drafter catches up with what was committed, the cost curve with what it
   * took.
   *
   * @param rows in the forward
   * @param nanos the forward and verification took
   */
  void settled(List<Sequence> decoding, int rows, boolean prefilled, long nanos) {
    sessions.clear();
    drafting.clear();
    for (int i = 0; i < decoding.size(); i++) {
      DraftSession session = decoding.get(i).draft();
      if (session != null) {
        drafting.add(decoding.get(i));
        sessions.add(session);
      }
    }
    catchUp();
    if (!prefilled) {
      costs.observe(rows, nanos * 1e-9);
    }
  }

  /** Extends all at once; when that fails, one by one, as in {@link #fillTrees}. */
  private void catchUp() {
    if (sessions.isEmpty()) {
      return;
    }
    tracing.startAll(drafting, Stage.SPEC_DRAFT_EXTEND);
    try {
      drafter.extend(sessions);
    } catch (RuntimeException | Error all) {
      for (int i = 0; i < sessions.size(); i++) {
        try {
          drafter.extend(List.of(sessions.get(i)));
        } catch (RuntimeException | Error e) {
          drafting.get(i).fail(e);
        }
      }
    }
    tracing.endAll(drafting, Stage.SPEC_DRAFT_EXTEND);
  }

  /** Forgets a sequence, whatever the drafter says. */
  void close(Sequence sequence) {
    DraftSession session = sequence.draft();
    if (session != null) {
      sequence.draft(null);
      try {
        drafter.close(session);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "a drafter failed to forget a sequence", e);
      }
    }
  }

  @Override
  public void close() {
    drafter.close();
  }
}
