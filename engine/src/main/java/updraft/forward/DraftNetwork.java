package updraft.forward;

import org.jspecify.annotations.Nullable;

/**
 * A small network that runs beside a target, on its threads: a draft model, or an EAGLE head.
 * Driven by the engine thread.
 *
 * <p>Its keys and values lie in the target's slots, a place for each in every page, so that pages
 * which the target shares, keeps or frees need no second account; and in a few slots of its own
 * behind them, for drafts.
 *
 * <p>A head's row is a token and the features of the token before it. {@link #fuse} makes features
 * of what the target computed; a row's output, {@code hidden(0)}, serves as features of its token
 * where the target has not been yet.
 */
public interface DraftNetwork extends AutoCloseable {
  /** Logits a row: the draft's vocabulary. */
  int vocabulary();

  /** By draft token the target's id, or null when they are the same. */
  int @Nullable [] targetTokens();

  /** Positions must be below. */
  int contextLength();

  /** Most rows a forward takes; each may want logits. */
  int maxRows();

  /** The first slot that is not the target's. */
  int firstOwnSlot();

  /** Slots from there on. */
  int ownSlots();

  /** Layers of the target after which it wants the hidden states; none for a model. */
  int[] targetLayers();

  /** Elements of the target's hidden state of a layer. */
  int targetHiddenSize();

  /** Elements of a row's features; 0 for a model. */
  int featureSize();

  /** Shape (maxRows, featureSize): to be filled row by row before a forward. */
  float[] features();

  /**
   * Makes features of the target's hidden states.
   *
   * @param joined shape (rows, layers × target hidden), the hidden states of a token side by side
   * @param rows at most {@link #maxRows}
   * @param to shape (rows, featureSize)
   */
  void fuse(float[] joined, int rows, float[] to);

  /** Runs all rows at once, writing their keys and values to their slots. */
  RowOutputs forward(RowBatch batch);

  /** One line on what it is. */
  String description();

  /** Releases memory, not the target's threads. */
  @Override
  void close();
}
