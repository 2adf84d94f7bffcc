package updraft.schedule;

import java.util.ArrayList;
import java.util.List;
import updraft.forward.Backend;
import updraft.forward.RowBatch;
import updraft.speculate.DraftTree;
import updraft.trace.Stage;
import updraft.trace.Tracing;

/**
 * Which rows the next forward takes: of every decoding sequence its root and its draft, of
 * prefilling ones a chunk, oldest first, as far as rows, logits and pages go. Reused between steps.
 */
final class StepPlan {
  private final Backend backend;
  private final Residents residents;
  private final Speculation speculation;
  private final Tracing tracing;
  private final int prefillChunk;
  private final RowBatch batch;
  private final List<Sequence> decoding = new ArrayList<>();
  private final List<Sequence> prefilling = new ArrayList<>();
  private final List<Sequence> active = new ArrayList<>();

  StepPlan(
      Backend backend,
      Residents residents,
      Speculation speculation,
      Tracing tracing,
      int prefillChunk) {
    this.backend = backend;
    this.residents = residents;
    this.speculation = speculation;
    this.tracing = tracing;
    this.prefillChunk = prefillChunk;
    this.batch = new RowBatch(backend.maxRows());
  }

  /** Plans one step. */
  void collect() {
    batch.clear();
    decoding.clear();
    prefilling.clear();
    active.clear();
    choose();
    tracing.startAll(decoding, Stage.DECODE_LOOP);
    speculation.draft(decoding, batch.rows(), spareRows());
    for (int i = 0; i < decoding.size(); i++) { // not addAll, which allocates
      addRound(decoding.get(i));
      active.add(decoding.get(i));
    }
    tracing.startAll(prefilling, Stage.CHUNKED_PREFILL);
    for (int i = 0; i < prefilling.size(); i++) {
      active.add(prefilling.get(i));
    }
  }

  /**
   * Secures pages for what must be computed, oldest first, so that whom they push out is still
   * ahead in the list. Prefill rows are added at once, rounds when their drafts are known.
   */
  private void choose() {
    int left = prefillChunk;
    for (int i = 0; i < residents.running().size(); i++) {
      Sequence sequence = residents.running().get(i);
      if (sequence.decoding()) {
        if (residents.grow(sequence, sequence.length())) {
          begin(sequence, Stage.DECODE_FORWARD);
          decoding.add(sequence);
        }
      } else if (left > 0) {
        int chunk = Math.min(left, sequence.toPrefill());
        if (residents.grow(sequence, sequence.computed() + chunk)) {
          left -= chunk;
          begin(sequence, Stage.PREFILL_FORWARD);
          prefilling.add(sequence);
          addChunk(sequence, chunk);
        }
      }
    }
  }

  /** Ends the waiting of a sequence that has rows for the first time since it was let in. */
  private static void begin(Sequence sequence, Stage stage) {
    if (!sequence.begun()) {
      sequence.times().advance(Stage.PREFILL_WAITING, stage);
    }
  }

  private void addChunk(Sequence sequence, int chunk) {
    int first = batch.rows();
    int parent = RowBatch.COMMITTED;
    for (int i = 0; i < chunk; i++) {
      int position = sequence.computed() + i;
      boolean yieldsFirstToken = position == sequence.promptLength() - 1 && sequence.fresh();
      parent =
          batch.add(
              sequence.token(position),
              position,
              sequence.pages(),
              sequence.pages().slot(position),
              parent,
              yieldsFirstToken);
      if (yieldsFirstToken) {
        batch.choose(parent, sequence.rule());
      }
    }
    sequence.rows(first, chunk);
  }

  /** Drafted rows that fit beside the roots and what prompts need. */
  private int spareRows() {
    int spareLogits = backend.maxLogitsRows() - batch.logitsRows() - decoding.size();
    return Math.min(spareLogits, backend.maxRows() - batch.rows() - decoding.size());
  }

  /**
   * The root and its draft. Node i stands in the slot i after the root's, whatever its depth; a
   * draft for which there are no pages is dropped.
   */
  private void addRound(Sequence sequence) {
    DraftTree tree = sequence.tree();
    int root = sequence.length() - 1;
    if (tree.size() > 1 && !residents.growIfFree(sequence, root + tree.size())) {
      tree.reset(tree.token(0));
      sequence.times().drafted("", 0, 0, 0);
    }
    int first = batch.rows();
    for (int node = 0; node < tree.size(); node++) {
      batch.add(
          tree.token(node),
          root + tree.depth(node),
          sequence.pages(),
          sequence.pages().slot(root + node),
          node == 0 ? RowBatch.COMMITTED : first + tree.parent(node),
          true);
      batch.choose(first + node, sequence.rule());
    }
    sequence.rows(first, tree.size());
  }

  RowBatch batch() {
    return batch;
  }

  /** Sequences with a round in this step. */
  List<Sequence> decoding() {
    return decoding;
  }

  /** Sequences with a prefill chunk in this step. */
  List<Sequence> prefilling() {
    return prefilling;
  }

  /** Both. */
  List<Sequence> active() {
    return active;
  }
}
