package updraft.schedule;

import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.RowOutputs;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;
import updraft.request.TokenOrigin;
import updraft.sample.Coins;
import updraft.sample.TokenChooser;
import updraft.speculate.DraftTree;
import updraft.speculate.RowLogits;
import updraft.speculate.TokenSink;
import updraft.speculate.Verdict;
import updraft.speculate.Verifier;
import updraft.trace.Stage;

/** Turns a step's outputs into tokens. What goes wrong for a sequence is noted in it alone. */
final class Settlement {
  private final Backend backend;
  private final Residents residents;
  private final Speculation speculation;
  private final Verifier verifier;
  private final Verdict verdict = new Verdict(SpeculationOptions.MAX_NODES);
  private final Round round = new Round();

  Settlement(Backend backend, Residents residents, Speculation speculation, Verifier verifier) {
    this.verifier = verifier;
    this.backend = backend;
    this.residents = residents;
    this.speculation = speculation;
  }

  /**
   * Takes one sequence's outputs.
   *
   * @param batchSize sequences with a round in this step
   */
  void settle(Sequence sequence, RowOutputs outputs, int batchSize) {
    try {
      if (sequence.ending() != null) {
        return; // its drafter failed
      }
      if (sequence.decoding()) {
        settleRound(sequence, outputs, batchSize);
      } else {
        settleChunk(sequence, outputs);
      }
    } catch (RuntimeException | Error e) {
      sequence.fail(e);
    }
  }

  private void settleChunk(Sequence sequence, RowOutputs outputs) {
    int last = sequence.firstRow() + sequence.rows() - 1;
    for (int row = sequence.firstRow(); row <= last; row++) {
      refuseFault(outputs, row);
    }
    speculation.prefilled(sequence, outputs);
    sequence.times().prefilled(sequence.rows());
    sequence.computed(sequence.computed() + sequence.rows());
    if (sequence.toPrefill() > 0) {
      return;
    }
    if (sequence.fresh()) {
      takeFirstToken(sequence, outputs, last);
    }
    if (sequence.ending() == null) {
      speculation.open(sequence); // the drafter reads the prompt: a part of prefill
    }
    sequence.times().advance(Stage.PREFILL_FORWARD, Stage.DECODE_FORWARD);
    residents.publishPrefix(sequence);
  }

  private static void takeFirstToken(Sequence sequence, RowOutputs outputs, int row) {
    int token = outputs.chosen(row);
    if (token < 0) {
      token = sequence.choose(outputs.logits(), outputs.logitsOffset(row));
    } else {
      sequence.sampler().commit(token);
    }
    sequence.times().generated(1);
    sequence.commit(token, TokenOrigin.TARGET, outputs, row);
  }

  /** Walks the tree; also when that fails, statistics tell of the tokens committed until then. */
  private void settleRound(Sequence sequence, RowOutputs outputs, int batchSize) {
    DraftTree tree = sequence.tree();
    int root = sequence.length() - 1;
    try {
      round.start(sequence, outputs);
      verifier.verify(tree, round, round, root, round, verdict);
      speculation.recorder().verified(sequence, root, verdict, batchSize);
      sequence.account().verified(tree, verdict.lastNode());
    } finally {
      int committed = sequence.length() - 1 - root;
      if (committed > 0) {
        // the last token counts as the bonus, also when a limit ends the answer on an accepted
        // one: so rounds and accepted tokens always add up to the tokens after the first
        sequence.times().verified(committed - 1, sequence.rows(), batchSize);
        sequence.times().generated(committed);
      }
    }
    keepAccepted(sequence, root);
    speculation.verified(sequence, root, verdict, outputs);
    sequence.computed(sequence.length() - 1);
    residents.shrink(sequence);
  }

  /** Moves accepted keys and values to the slots of their positions. */
  private void keepAccepted(Sequence sequence, int root) {
    for (int i = 0; i < verdict.accepted(); i++) {
      int node = verdict.node(i);
      if (node != i + 1) {
        backend.copySlot(sequence.pages().slot(root + node), sequence.pages().slot(root + i + 1));
      }
    }
  }

  private static void refuseFault(RowOutputs outputs, int row) {
    @Nullable String fault = outputs.fault(row);
    if (fault != null) {
      throw new IllegalStateException(fault);
    }
  }

  /** A sequence and a forward's outputs, as verification sees them; reused. */
  @SuppressWarnings("NullAway.Init") // started before each use
  private static final class Round implements RowLogits, TokenChooser, TokenSink {
    private Sequence sequence;
    private RowOutputs outputs;

    void start(Sequence current, RowOutputs forwarded) {
      sequence = current;
      outputs = forwarded;
    }

    @Override
    public float[] logits() {
      return outputs.logits();
    }

    @Override
    public int offset(int node) {
      int row = sequence.firstRow() + node;
      refuseFault(outputs, row);
      return outputs.logitsOffset(row);
    }

    @Override
    public int chosen(int node) {
      int row = sequence.firstRow() + node;
      refuseFault(outputs, row);
      return outputs.chosen(row);
    }

    @Override
    public int choose(float[] logits, int offset, int position) {
      return sequence.choose(logits, offset);
    }

    @Override
    public SamplingOptions sampling() {
      return sequence.sampling();
    }

    @Override
    public double[] distribution(float[] logits, int offset, int position) {
      return sequence.sampler().distribution(logits, offset, position);
    }

    @Override
    public void commit(int token) {
      sequence.sampler().commit(token);
    }

    @Override
    public Coins coins() {
      return sequence.sampler().coins();
    }

    @Override
    public boolean commit(int token, int node, boolean drafted) {
      sequence.commit(
          token,
          drafted ? sequence.origin(node, token) : TokenOrigin.TARGET,
          outputs,
          sequence.firstRow() + node);
      return sequence.ending() == null;
    }
  }
}
