package updraft.schedule;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.forward.RowOutputs;
import updraft.record.DraftState;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.sample.grammar.GrammarPath;
import updraft.speculate.CostCurve;
import updraft.speculate.CoupledVerifier;
import updraft.speculate.DraftAccount;
import updraft.speculate.DraftBudget;
import updraft.speculate.DraftSession;
import updraft.speculate.DraftTree;
import updraft.speculate.Drafter;
import updraft.speculate.Drafters;
import updraft.speculate.GrammarPruner;
import updraft.speculate.Verdict;
import updraft.speculate.Verifier;
import updraft.trace.Stage;
import updraft.trace.TraceClock;
import updraft.trace.Tracing;

/**
 * Drafts for the running sequences: opens and closes their sessions, decides with the budget how
 * far they are verified, lets drafters catch up. Engine thread only, but for construction.
 */
public final class Speculation implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Speculation.class.getName());

  /**
   * Drafted tokens of a request that names its drafter but no number: SGLang's 12 with the root.
   */
  private static final int FIXED_NODES = 11;

  /** Drafted tokens of which the budget chooses. */
  private static final int AUTO_NODES = 24;

  /** Rows over which the price of a row is taken. */
  private static final int PRICED_ROWS = 6;

  private final Drafters drafters;
  private final Verifier verifier;
  private final CostCurve costs;
  private final DraftBudget budget;
  private final Tracing tracing;
  private final GrammarPruner pruner = new GrammarPruner();

  /** One a drafter, and which of them serves a method. */
  private final List<DraftBatch> batches = new ArrayList<>();

  private final Map<SpeculationMethod, DraftBatch> byMethod =
      new EnumMap<>(SpeculationMethod.class);
  private final RoundRecorder recorder;

  private DeviceWatch device = new DeviceWatch(() -> null, TraceClock.SYSTEM);

  // of the current step; reused
  private final List<Sequence> drafting = new ArrayList<>();
  private final List<DraftTree> trees = new ArrayList<>();
  private final List<DraftAccount> accounts = new ArrayList<>();

  /** One drafter for every method. */
  public Speculation(Drafter drafter, CostCurve costs, Tracing tracing) {
    this(Drafters.only(drafter), costs, tracing);
  }

  public Speculation(Drafters drafters, CostCurve costs, Tracing tracing) {
    this(drafters, new CoupledVerifier(), costs, tracing);
  }

  /**
   * @param verifier of all rounds; all but the {@link CoupledVerifier} are for study
   */
  public Speculation(Drafters drafters, Verifier verifier, CostCurve costs, Tracing tracing) {
    this.drafters = drafters;
    this.verifier = verifier;
    this.costs = costs;
    this.budget = new DraftBudget(costs);
    this.tracing = tracing;
    this.recorder = new RoundRecorder(costs);
    tracing.metrics().costs(costs::seconds);
    for (Drafter drafter : drafters.all()) {
      DraftBatch batch = new DraftBatch(drafter, tracing);
      batches.add(batch);
      for (SpeculationMethod method : SpeculationMethod.values()) {
        if (drafters.of(method) == drafter) {
          byMethod.put(method, batch);
        }
      }
    }
  }

  /** Whom to ask what the device did while drafting. */
  void watch(DeviceWatch watch) {
    device = watch;
  }

  /** Of the rounds that are drafted for here. */
  RoundRecorder recorder() {
    return recorder;
  }

  Verifier verifier() {
    return verifier;
  }

  /** Layers whose hidden states drafters want. */
  int[] hiddenStateLayers() {
    return drafters.hiddenStateLayers();
  }

  /**
   * @throws updraft.request.InvalidRequestException if no drafter serves the method
   */
  void check(SpeculationMethod method) {
    drafters.check(method);
  }

  /** Whether {@link #check} lets a method pass. Of any thread. */
  public boolean serves(SpeculationMethod method) {
    return method == SpeculationMethod.OFF || byMethod.containsKey(method);
  }

  private @Nullable DraftBatch batch(Sequence sequence) {
    return byMethod.get(sequence.speculation().method());
  }

  /** A sequence begins to decode, or does so again after it had to go. */
  void open(Sequence sequence) {
    DraftBatch batch = batch(sequence);
    if (batch != null && sequence.draft() == null) {
      DraftSession session = batch.drafter().open(sequence);
      session.takeCaughtUp(); // of the prompt: that is no round's
      sequence.draft(session);
    }
  }

  /** A chunk of a prompt was computed, but is not yet counted as such. */
  void prefilled(Sequence sequence, RowOutputs outputs) {
    DraftBatch batch = batch(sequence);
    if (batch == null || !batch.followsPrompts()) {
      return;
    }
    open(sequence);
    DraftSession session = sequence.draft();
    if (session != null) {
      session.computed().start(sequence.computed(), outputs);
      for (int row = 0; row < sequence.rows(); row++) {
        session.computed().add(sequence.firstRow() + row);
      }
    }
  }

  /** A round was verified: its root and the accepted nodes are now the sequence's own. */
  void verified(Sequence sequence, int root, Verdict verdict, RowOutputs outputs) {
    DraftBatch batch = batch(sequence);
    DraftSession session = sequence.draft();
    if (batch == null || session == null || !batch.followsPrompts()) {
      return;
    }
    session.computed().start(root, outputs);
    session.computed().add(sequence.firstRow());
    for (int i = 0; i < verdict.accepted(); i++) {
      session.computed().add(sequence.firstRow() + verdict.node(i));
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
    clearBatches();
    int plainRows = otherRows + decoding.size();
    int spare = spareRows;
    for (int i = 0; i < decoding.size(); i++) {
      Sequence sequence = decoding.get(i);
      DraftSession session = sequence.draft();
      DraftBatch batch = batch(sequence);
      int nodes = session == null ? 0 : Math.min(spare, limit(sequence));
      if (batch == null || session == null || nodes <= 0 || !sequence.account().drafts()) {
        sequence.startPlainRound();
        recorder.plain(
            sequence,
            session == null ? DraftState.OFF : nodes <= 0 ? DraftState.NO_ROOM : DraftState.PAUSED);
        continue;
      }
      int depth = sequence.speculation().depth();
      int left = remaining(sequence);
      session.startRound(nodes, depth == 0 ? left : Math.min(depth, left));
      price(session, decoding.size(), plainRows);
      drafting.add(sequence);
      batch.add(sequence, session);
      if (!sequence.speculation().automatic()) {
        spare -= nodes;
      }
    }
    if (drafting.isEmpty()) {
      return;
    }
    tracing.startAll(drafting, Stage.SPEC_DRAFT);
    device.start();
    for (int i = 0; i < batches.size(); i++) {
      batches.get(i).draft();
    }
    followGrammars();
    recorder.offered(drafting);
    pruneByBudget(decoding.size(), plainRows, spare);
    recorder.decided(drafting);
    for (int i = 0; i < drafting.size(); i++) {
      Sequence sequence = drafting.get(i);
      DraftTree tree = sequence.tree();
      DraftBatch batch = batch(sequence);
      String method = batch == null ? "" : batch.drafter().method();
      sequence.times().drafted(method, tree.draftedTokens(), tree.draftedTokens(), tree.depth());
    }
    device.tell(drafting);
    tracing.endAll(drafting, Stage.SPEC_DRAFT);
  }

  private void clearBatches() {
    for (int i = 0; i < batches.size(); i++) {
      batches.get(i).clear();
    }
  }

  private void price(DraftSession session, int plainTokens, int plainRows) {
    double plain = costs.seconds(plainRows);
    double rows = costs.seconds(plainRows + PRICED_ROWS) - plain;
    session.prices(plain / plainTokens, rows / PRICED_ROWS);
  }

  /** Drops what a grammar would refuse anyway, before it costs a row. */
  private void followGrammars() {
    for (int i = 0; i < drafting.size(); i++) {
      GrammarPath grammar = drafting.get(i).grammar();
      if (grammar != null && drafting.get(i).ending() == null) {
        try {
          pruner.prune(drafting.get(i).tree(), grammar);
        } catch (RuntimeException | Error e) {
          drafting.get(i).startPlainRound();
          drafting.get(i).fail(e);
        }
      }
    }
  }

  /** Tokens that may still be generated after this round's bonus: a longer path is of no use. */
  private static int remaining(Sequence sequence) {
    return sequence.tokens().length - sequence.length() - 1;
  }

  /** Most tokens worth drafting. */
  private static int limit(Sequence sequence) {
    SpeculationOptions asked = sequence.speculation();
    int wanted = asked.nodes() > 0 ? asked.nodes() : asked.automatic() ? AUTO_NODES : FIXED_NODES;
    return remaining(sequence) <= 0 ? 0 : Math.min(wanted, SpeculationOptions.MAX_NODES);
  }

  private void pruneByBudget(int plainTokens, int plainRows, int spare) {
    trees.clear();
    accounts.clear();
    for (int i = 0; i < drafting.size(); i++) {
      trees.add(drafting.get(i).tree());
      accounts.add(drafting.get(i).account());
    }
    budget.prune(trees, accounts, plainTokens, plainRows, spare, 0);
  }

  /** A step's tokens are committed: drafters catch up with them. */
  void settled(List<Sequence> decoding, List<Sequence> prefilling) {
    clearBatches();
    for (int i = 0; i < decoding.size(); i++) {
      Sequence sequence = decoding.get(i);
      DraftSession session = sequence.draft();
      DraftBatch batch = batch(sequence);
      if (session != null && batch != null) {
        batch.add(sequence, session);
      }
    }
    for (int i = 0; i < prefilling.size(); i++) {
      Sequence sequence = prefilling.get(i);
      DraftSession session = sequence.draft();
      DraftBatch batch = batch(sequence);
      if (session != null && batch != null && batch.followsPrompts()) {
        batch.add(sequence, session);
      }
    }
    for (int i = 0; i < batches.size(); i++) {
      batches.get(i).extend();
    }
  }

  /**
   * Tells the cost curve what a step of rounds alone took: all of it but drafting, since a round
   * that yields more tokens saves what goes on around its forward too.
   *
   * @param nanos of the whole step, drafting included
   * @param roundsAlone whether no prompt was read in it
   */
  void stepped(int rows, long nanos, boolean roundsAlone) {
    long drafting = 0;
    for (int i = 0; i < batches.size(); i++) {
      drafting += batches.get(i).takeNanos();
    }
    if (roundsAlone) {
      costs.observe(rows, Math.max(1, nanos - drafting) * 1e-9);
    }
  }

  /** Forgets a sequence, whatever the drafter says. */
  void close(Sequence sequence) {
    DraftSession session = sequence.draft();
    DraftBatch batch = batch(sequence);
    if (session != null && batch != null) {
      sequence.draft(null);
      try {
        batch.drafter().close(session);
      } catch (RuntimeException | Error e) {
        LOG.log(Level.WARNING, "a drafter failed to forget a sequence", e);
      }
    }
  }

  @Override
  public void close() {
    drafters.close();
  }
}
