package updraft.forward;

import org.jspecify.annotations.Nullable;

/**
 * What a forward computed; owned by the backend and valid until its next forward.
 *
 * <p>Logits of row r stand in {@link #logits()} from {@link #logitsOffset} on, one a vocabulary
 * entry.
 */
public interface RowOutputs {
  /** Shape (logits rows, vocabulary), row-major. */
  float[] logits();

  /**
   * Index into {@link #logits()} of a row's first logit.
   *
   * @throws IllegalArgumentException if the row did not ask for logits
   */
  int logitsOffset(int row);

  /**
   * Hidden states after a layer that {@link Backend#captureHiddenStates} asked for, shape (rows,
   * hidden), row-major.
   */
  float[] hidden(int layer);

  /**
   * Why a row's numbers cannot be used (a NaN or infinity, and in which layer or head), or null.
   */
  @Nullable String fault(int row);
}
