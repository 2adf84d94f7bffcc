package updraft.forward;

import updraft.kernel.RowMath;
import updraft.model.ModelConfig;

/** {@link KeyValues} as 32-bit floats. */
final class FloatKeyValues extends KeyValues {
  /** By layer and chunk. */
  private final float[][][] keys;

  private final float[][][] values;

  FloatKeyValues(RowMath math, ModelConfig config, int pages) {
    super(math, config, pages);
    keys = new float[layers][chunks][];
    values = new float[layers][chunks][];
  }

  @Override
  void ensure(int slot) {
    int chunk = chunk(slot / PAGE);
    for (int layer = 0; layer < layers && keys[layer][chunk] == null; layer++) {
      keys[layer][chunk] = new float[chunkElements()];
      values[layer][chunk] = new float[chunkElements()];
    }
  }

  @Override
  void store(int layer, int slot, float[] k, int keysFrom, float[] v, int valuesFrom) {
    int page = slot / PAGE;
    int offset = slot % PAGE;
    float[] toKeys = keys[layer][chunk(page)];
    float[] toValues = values[layer][chunk(page)];
    for (int head = 0; head < heads; head++) {
      int base = base(page, head);
      for (int i = 0; i < headSize; i++) {
        toKeys[base + i * PAGE + offset] = k[keysFrom + head * headSize + i];
        toValues[base + offset * headSize + i] = v[valuesFrom + head * headSize + i];
      }
    }
  }

  @Override
  void scores(
      int layer, int page, int head, float[] q, int qFrom, float scale, float[] scores, int to) {
    math.scores(q, qFrom, keys[layer][chunk(page)], base(page, head), headSize, scale, scores, to);
  }

  @Override
  float score(int layer, int slot, int head, float[] q, int qFrom, float scale) {
    int page = slot / PAGE;
    return math.score(
        q, qFrom, keys[layer][chunk(page)], base(page, head) + slot % PAGE, headSize, scale);
  }

  @Override
  void weigh(
      int layer,
      int page,
      int head,
      int first,
      int count,
      float[] weights,
      int from,
      float[] out,
      int to) {
    math.weigh(
        weights,
        from,
        count,
        values[layer][chunk(page)],
        base(page, head) + first * headSize,
        headSize,
        headSize,
        out,
        to);
  }

  @Override
  void copySlot(int fromSlot, int toSlot) {
    for (int layer = 0; layer < layers; layer++) {
      float[] fromKeys = keys[layer][chunk(fromSlot / PAGE)];
      float[] toKeys = keys[layer][chunk(toSlot / PAGE)];
      float[] fromValues = values[layer][chunk(fromSlot / PAGE)];
      float[] toValues = values[layer][chunk(toSlot / PAGE)];
      for (int head = 0; head < heads; head++) {
        int from = base(fromSlot / PAGE, head);
        int to = base(toSlot / PAGE, head);
        for (int i = 0; i < headSize; i++) {
          toKeys[to + i * PAGE + toSlot % PAGE] = fromKeys[from + i * PAGE + fromSlot % PAGE];
        }
        System.arraycopy(
            fromValues,
            from + fromSlot % PAGE * headSize,
            toValues,
            to + toSlot % PAGE * headSize,
            headSize);
      }
    }
  }
}
