package updraft.forward;

import org.jspecify.annotations.Nullable;
import updraft.model.HeadConfig;
import updraft.model.HeadWeights;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/**
 * A place where the transformer runs. Owns weights, keys and values; driven by one thread.
 *
 * <p>Every row's result is a function of the row and its context alone: not of other rows, threads,
 * vector width or how the context was computed.
 */
public interface Backend extends AutoCloseable {
  /** Short name, e.g. {@code cpu}. */
  String name();

  /** One line on what was chosen and why, e.g. lanes and threads. */
  String description();

  /** Pages of keys and values that there is room for. */
  int pages();

  /** Most rows a forward takes. */
  int maxRows();

  /** Most rows of a forward whose logits may be wanted. */
  int maxLogitsRows();

  /** What its device has cost, or null when it computes on the host. */
  default @Nullable DeviceMeter meter() {
    return null;
  }

  /** Gets everything compiled that a forward needs, so that the first one is not slow. */
  void warmUp();

  /** Asks for the hidden states after these layers from now on; none at first. */
  void captureHiddenStates(int... layers);

  /** Runs all rows at once, writing their keys and values to their slots. */
  RowOutputs forward(RowBatch batch);

  /**
   * Copies the keys and values of a slot to another, in every layer: how an accepted tree node
   * moves to its position's own slot.
   */
  void copySlot(int fromSlot, int toSlot);

  /**
   * Opens a draft model that runs on this backend's threads; its file may be closed afterwards. To
   * be closed before this backend.
   *
   * @param maxRows most rows of one of its forwards
   * @throws IllegalArgumentException if this backend cannot
   */
  default DraftNetwork openDraftModel(ModelConfig config, ModelWeights weights, int maxRows) {
    throw new IllegalArgumentException(
        "backend must be one that runs draft models, which cpu does: backend=" + name());
  }

  /** As {@link #openDraftModel}, an EAGLE head of this model. */
  default DraftNetwork openHead(HeadConfig config, HeadWeights weights, int maxRows) {
    throw new IllegalArgumentException(
        "backend must be one that runs heads, which cpu does: backend=" + name());
  }

  @Override
  void close();
}
