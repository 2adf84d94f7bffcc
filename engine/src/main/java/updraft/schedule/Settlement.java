package updraft.schedule;

import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.RowOutputs;
import updraft.request.TokenOrigin;
import updraft.speculate.DraftTree;
import updraft.trace.Stage;

/** Turns a step's outputs into tokens. What goes wrong for a sequence is noted in it alone. */
final class Settlement {
  private final Backend backend;
  private final Residents residents;
  private final Speculation speculation;

  Settlement(Backend backend, Residents residents, Speculation speculation) {
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
    sequence.times().prefilled(sequence.rows());
    sequence.computed(sequence.computed() + sequence.rows());
    if (sequence.toPrefill() > 0) {
      return;
    }
    if (sequence.fresh()) {
      takeFirstToken(sequence, outputs, last);
    }
    sequence.times().advance(Stage.PREFILL_FORWARD, Stage.DECODE_FORWARD);
    residents.publishPrefix(sequence);
    speculation.open(sequence);
  }

  private static void takeFirstToken(Sequence sequence, RowOutputs outputs, int row) {
    int offset = outputs.logitsOffset(row);
    int token = sequence.choose(outputs.logits(), offset);
    sequence.times().generated(1);
    sequence.commit(token, TokenOrigin.TARGET, outputs.logits(), offset);
  }

  /** Walks the tree; also when that fails, statistics tell of the tokens committed until then. */
  private void settleRound(Sequence sequence, RowOutputs outputs, int batchSize) {
    int before = sequence.length();
    try {
      walk(sequence, outputs);
    } finally {
      int committed = sequence.length() - before;
      if (committed > 0) {
        sequence.times().verified(committed - 1, sequence.rows(), batchSize);
        sequence.times().generated(committed);
      }
    }
    sequence.computed(sequence.length() - 1);
    residents.shrink(sequence);
  }

  /**
   * Goes from the root as plain decoding would: the token chosen at a node either is one of its
   * children, which is then accepted, or it is the bonus and ends the round.
   */
  private void walk(Sequence sequence, RowOutputs outputs) {
    DraftTree tree = sequence.tree();
    int root = sequence.length() - 1;
    int node = 0;
    int accepted = 0;
    while (true) {
      int row = sequence.firstRow() + node;
      refuseFault(outputs, row);
      int offset = outputs.logitsOffset(row);
      int token = sequence.choose(outputs.logits(), offset);
      int child = tree.child(node, token);
      TokenOrigin origin = child == DraftTree.NONE ? TokenOrigin.TARGET : TokenOrigin.NGRAM;
      sequence.commit(token, origin, outputs.logits(), offset);
      if (child == DraftTree.NONE || sequence.ending() != null) {
        return;
      }
      accepted++;
      if (child != accepted) {
        backend.copySlot(
            sequence.pages().slot(root + child), sequence.pages().slot(root + accepted));
      }
      node = child;
    }
  }

  private static void refuseFault(RowOutputs outputs, int row) {
    @Nullable String fault = outputs.fault(row);
    if (fault != null) {
      throw new IllegalStateException(fault);
    }
  }
}
