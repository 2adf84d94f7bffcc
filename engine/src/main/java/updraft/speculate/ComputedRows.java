package updraft.speculate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import updraft.forward.RowOutputs;

/**
 * Rows of the last forward that are now a sequence's own: those of a prefill chunk, or of a round
 * the root and the accepted nodes. Valid until the next forward. Reused; not thread-safe.
 */
public final class ComputedRows {
  private int[] rows = new int[64];
  private int position;
  private int count;
  private @Nullable RowOutputs outputs;

  /** Begins with none, the first of which will stand at a position. */
  public void start(int firstPosition, RowOutputs forwarded) {
    position = firstPosition;
    outputs = forwarded;
    count = 0;
  }

  /** Adds the row of the next position. */
  public void add(int row) {
    if (count == rows.length) {
      rows = Arrays.copyOf(rows, 2 * count);
    }
    rows[count++] = row;
  }

  void clear() {
    count = 0;
    outputs = null;
  }

  /** Position of the first row. */
  int position() {
    return position;
  }

  int count() {
    return count;
  }

  /** Copies a layer's hidden state of the i-th row. */
  void hidden(int layer, int i, int size, float[] to, int offset) {
    if (outputs == null) {
      throw new IllegalStateException("rows must have been computed: position=" + position);
    }
    System.arraycopy(outputs.hidden(layer), rows[i] * size, to, offset, size);
  }
}
