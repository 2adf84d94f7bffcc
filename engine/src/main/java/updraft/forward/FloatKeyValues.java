package updraft.forward;

import updraft.model.ModelConfig;

/** {@link KeyValues} as 32-bit floats. */
final class FloatKeyValues extends KeyValues {
  private static final int EXPONENT = 0x7f80_0000;

  /** By layer and chunk. */
  private final float[][][] keys;

  private final float[][][] values;

  FloatKeyValues(ModelConfig config, int pages) {
    super(config, pages);
    keys = new float[layers][chunks][0];
    values = new float[layers][chunks][0];
  }

  @Override
  void ensure(int slot) {
    int chunk = chunk(slot / PAGE);
    for (int layer = 0; layer < layers && keys[layer][chunk].length == 0; layer++) {
      keys[layer][chunk] = new float[chunkElements()];
      values[layer][chunk] = new float[chunkElements()];
    }
  }

  @Override
  boolean store(int layer, int slot, int head, float[] from, int keyFrom, int valueFrom) {
    float[] toKeys = keys[layer][chunk(slot / PAGE)];
    float[] toValues = values[layer][chunk(slot / PAGE)];
    boolean finite = true;
    int keyAt = keyAt(slot, head);
    int valueAt = valueAt(slot, head);
    for (int i = 0; i < headSize; i++) {
      float key = from[keyFrom + i];
      float value = from[valueFrom + i];
      toKeys[keyAt + i * PAGE] = key;
      toValues[valueAt + i] = value;
      finite &= isFinite(key) & isFinite(value);
    }
    return finite;
  }

  private static boolean isFinite(float x) {
    return (Float.floatToRawIntBits(x) & EXPONENT) != EXPONENT;
  }

  @Override
  void loadKeys(int layer, int page, int head, float[] to) {
    System.arraycopy(keys[layer][chunk(page)], base(page, head), to, 0, headSize * PAGE);
  }

  @Override
  void loadKey(int layer, int slot, int head, float[] to, int column) {
    float[] from = keys[layer][chunk(slot / PAGE)];
    int at = keyAt(slot, head);
    for (int i = 0; i < headSize; i++) {
      to[i * PAGE + column] = from[at + i * PAGE];
    }
  }

  @Override
  void loadValues(int layer, int page, int head, float[] to) {
    System.arraycopy(values[layer][chunk(page)], base(page, head), to, 0, headSize * PAGE);
  }

  @Override
  void loadValue(int layer, int slot, int head, float[] to, int row) {
    float[] from = values[layer][chunk(slot / PAGE)];
    System.arraycopy(from, valueAt(slot, head), to, row * headSize, headSize);
  }

  @Override
  void copySlot(int fromSlot, int toSlot) {
    for (int layer = 0; layer < layers; layer++) {
      float[] fromKeys = keys[layer][chunk(fromSlot / PAGE)];
      float[] toKeys = keys[layer][chunk(toSlot / PAGE)];
      float[] fromValues = values[layer][chunk(fromSlot / PAGE)];
      float[] toValues = values[layer][chunk(toSlot / PAGE)];
      for (int head = 0; head < heads; head++) {
        int from = keyAt(fromSlot, head);
        int to = keyAt(toSlot, head);
        for (int i = 0; i < headSize * PAGE; i += PAGE) {
          toKeys[to + i] = fromKeys[from + i];
        }
        System.arraycopy(
            fromValues, valueAt(fromSlot, head), toValues, valueAt(toSlot, head), headSize);
      }
    }
  }
}
