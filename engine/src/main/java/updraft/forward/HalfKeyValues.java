package updraft.forward;

import updraft.model.ModelConfig;

/** {@link KeyValues} as 16-bit floats, rounded to nearest even; numbers beyond 65504 do not fit. */
final class HalfKeyValues extends KeyValues {
  private static final int EXPONENT = 0x7c00;

  /** By layer and chunk. */
  private final short[][][] keys;

  private final short[][][] values;

  HalfKeyValues(ModelConfig config, int pages) {
    super(config, pages);
    keys = new short[layers][chunks][0];
    values = new short[layers][chunks][0];
  }

  @Override
  void ensure(int slot) {
    int chunk = chunk(slot / PAGE);
    for (int layer = 0; layer < layers && keys[layer][chunk].length == 0; layer++) {
      keys[layer][chunk] = new short[chunkElements()];
      values[layer][chunk] = new short[chunkElements()];
    }
  }

  @Override
  boolean store(int layer, int slot, int head, float[] from, int keyFrom, int valueFrom) {
    short[] toKeys = keys[layer][chunk(slot / PAGE)];
    short[] toValues = values[layer][chunk(slot / PAGE)];
    boolean finite = true;
    int keyAt = keyAt(slot, head);
    int valueAt = valueAt(slot, head);
    for (int i = 0; i < headSize; i++) {
      short key = Float.floatToFloat16(from[keyFrom + i]);
      short value = Float.floatToFloat16(from[valueFrom + i]);
      toKeys[keyAt + i * PAGE] = key;
      toValues[valueAt + i] = value;
      finite &= ((key & EXPONENT) != EXPONENT) & ((value & EXPONENT) != EXPONENT);
    }
    return finite;
  }

  /** The array that holds a page's keys in a layer, at {@link #base}. */
  short[] keys(int layer, int page) {
    return keys[layer][chunk(page)];
  }

  /** The array that holds a page's values in a layer, at {@link #base}. */
  short[] values(int layer, int page) {
    return values[layer][chunk(page)];
  }

  /** Widens; a loop that C2 turns into vector instructions where the machine has them. */
  private static void expand(short[] from, int start, int n, float[] to, int toStart) {
    for (int i = 0; i < n; i++) {
      to[toStart + i] = Float.float16ToFloat(from[start + i]);
    }
  }

  @Override
  void loadKeys(int layer, int page, int head, float[] to) {
    expand(keys[layer][chunk(page)], base(page, head), headSize * PAGE, to, 0);
  }

  @Override
  void loadKey(int layer, int slot, int head, float[] to, int column) {
    short[] from = keys[layer][chunk(slot / PAGE)];
    int at = keyAt(slot, head);
    for (int i = 0; i < headSize; i++) {
      to[i * PAGE + column] = Float.float16ToFloat(from[at + i * PAGE]);
    }
  }

  @Override
  void loadValues(int layer, int page, int head, float[] to) {
    expand(values[layer][chunk(page)], base(page, head), headSize * PAGE, to, 0);
  }

  @Override
  void loadValue(int layer, int slot, int head, float[] to, int row) {
    short[] from = values[layer][chunk(slot / PAGE)];
    expand(from, valueAt(slot, head), headSize, to, row * headSize);
  }

  @Override
  void copySlot(int fromSlot, int toSlot) {
    for (int layer = 0; layer < layers; layer++) {
      short[] fromKeys = keys[layer][chunk(fromSlot / PAGE)];
      short[] toKeys = keys[layer][chunk(toSlot / PAGE)];
      short[] fromValues = values[layer][chunk(fromSlot / PAGE)];
      short[] toValues = values[layer][chunk(toSlot / PAGE)];
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
