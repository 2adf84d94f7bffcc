package updraft.forward;

import org.jspecify.annotations.Nullable;

/** Where {@link CpuTransformer} leaves its results. */
final class CpuOutputs implements RowOutputs {
  private final int maxRows;
  private final int hiddenSize;

  /** Shape (logits rows, vocabulary padded to whole groups). */
  final float[] logits;

  final int logitsStride;
  private final @Nullable String[] faults;
  private int[] layers = {};

  /** By captured layer, shape (rows, hidden). */
  private float[][] hidden = {};

  private RowBatch batch = new RowBatch(0);

  CpuOutputs(int maxRows, int hiddenSize, int maxLogitsRows, int logitsStride) {
    this.maxRows = maxRows;
    this.hiddenSize = hiddenSize;
    this.logitsStride = logitsStride;
    logits = new float[Math.multiplyExact(maxLogitsRows, logitsStride)];
    faults = new String[maxRows];
  }

  void capture(int... wanted) {
    layers = wanted.clone();
    hidden = new float[wanted.length][maxRows * hiddenSize];
  }

  void begin(RowBatch rows) {
    batch = rows;
    for (int row = 0; row < rows.rows(); row++) {
      faults[row] = null;
    }
  }

  /** Keeps the hidden states after a layer if they are wanted. */
  void layerDone(int layer, float[] states) {
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] == layer) {
        System.arraycopy(states, 0, hidden[i], 0, batch.rows() * hiddenSize);
      }
    }
  }

  /** Notes what went wrong first. */
  void fault(int row, String reason) {
    if (faults[row] == null) {
      faults[row] = reason;
    }
  }

  /** What a row's ancestors computed wrongly is in its context too. */
  void end() {
    for (int row = 0; row < batch.rows(); row++) {
      int parent = batch.parent(row);
      if (batch.isRow(parent) && faults[row] == null) {
        faults[row] = faults[parent];
      }
    }
  }

  @Override
  public float[] logits() {
    return logits;
  }

  @Override
  public int logitsOffset(int row) {
    int index = batch.logitsIndex(row);
    if (index < 0) {
      throw new IllegalArgumentException("row must have asked for logits: row=" + row);
    }
    return index * logitsStride;
  }

  @Override
  public float[] hidden(int layer) {
    for (int i = 0; i < layers.length; i++) {
      if (layers[i] == layer) {
        return hidden[i];
      }
    }
    throw new IllegalArgumentException("layer must have been asked for: layer=" + layer);
  }

  @Override
  public @Nullable String fault(int row) {
    return faults[row];
  }
}
