package updraft.forward;

import org.jspecify.annotations.Nullable;

/**
 * What a forward computed; owned by the backend and valid until its next forward.
 *
 * <p>Logits of row r stand in {@link #logits()} from {@link #logitsOffset} on, one a vocabulary
 * entry. A backend whose logits lie elsewhere fetches them when they are first asked for: what can
 * do with {@link #chosen} spares that.
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
   * The token after a row that the backend has chosen by the row's {@link TokenRule}, the same that
   * its logits would give, or -1: it does not choose, or two tokens are too close for it to tell.
   */
  default int chosen(int row) {
    return -1;
  }

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
