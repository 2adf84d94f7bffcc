package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Rotary position embedding of queries and keys, after a norm of each head where the model has one,
 * and the write of keys and values into their pages.
 *
 * <p>A work-group owns a head of a row: first the query heads, then those of keys, then of values.
 * Its {@value #ITEMS} items bring the head into local memory, normalise and rotate it there, each
 * item an element at a time, and write it: queries back to where they were, keys and values into
 * their slot's page.
 *
 * <p>Reads each projected element once and a row's table of angles once a head; writes queries in
 * place and 4 bytes for each key and value. Bound by the launch.
 */
public final class RotaryPages {
  /** Work-items of a group, a power of two. */
  public static final int ITEMS = 32;

  /** Largest head that local memory has room for. */
  public static final int MAX_HEAD = 512;

  private RotaryPages() {}

  /**
   * @param inputs begins with {@link RowField}s
   * @param projected shape (rows, (heads + 2 × kvHeads) × headSize): queries, keys, values
   * @param angles shape (rows, rotated): cosines of the pairs, then sines
   * @param norms shape (layers, 2, headSize): of queries, of keys; read where {@code normed} is 1
   * @param storeTraces shape (rows, 2 × kvHeads): {@link RmsNorm} adds them to its own
   * @param pages of the cache
   * @param rotated elements of a head that are rotated, from the first on
   * @param adjacent 1 to pair elements 2i and 2i + 1, 0 for i and i + rotated / 2
   */
  public static void store(
      KernelContext context,
      IntArray step,
      IntArray inputs,
      FloatArray projected,
      FloatArray angles,
      FloatArray norms,
      FloatArray keys,
      FloatArray values,
      FloatArray storeTraces,
      int heads,
      int kvHeads,
      int headSize,
      int pages,
      int rotated,
      int adjacent,
      int normed,
      float epsilon) {
    int item = context.localIdx;
    int all = heads + 2 * kvHeads;
    int row = context.groupIdx / all;
    int head = context.groupIdx % all;
    float[] before = context.allocateFloatLocalArray(MAX_HEAD);
    float[] partial = context.allocateFloatLocalArray(ITEMS);
    int count = step.get(Step.ROWS);
    if (row < count) {
      int layer = step.get(Step.LAYER);
      int from = (row * all + head) * headSize;
      int isValue = head >= heads + kvHeads ? 1 : 0;
      int isKey = head >= heads && isValue == 0 ? 1 : 0;
      float squares = 0f;
      for (int e = item; e < headSize; e += ITEMS) {
        float value = projected.get(from + e);
        before[e] = value;
        squares += value * value;
      }
      partial[item] = squares;
      context.localBarrier();
      if (normed == 1 && isValue == 0) {
        float sum = 0f;
        for (int i = 0; i < ITEMS; i++) {
          sum += partial[i];
        }
        float factor = 1f / TornadoMath.sqrt(sum / headSize + epsilon);
        int normAt = (2 * layer + isKey) * headSize;
        for (int e = item; e < headSize; e += ITEMS) {
          before[e] = before[e] * factor * norms.get(normAt + e);
        }
      }
      context.localBarrier();
      int pairs = rotated / 2;
      int slot = inputs.get(row * RowField.SIZE + RowField.SLOT);
      float trace = 0f;
      for (int e = item; e < headSize; e += ITEMS) {
        float value = before[e];
        if (isValue == 0 && e < rotated) {
          int pair = adjacent == 1 ? e / 2 : e % pairs;
          int second = adjacent == 1 ? e % 2 : e / pairs;
          int distance = adjacent == 1 ? 1 : pairs;
          float cosine = angles.get(row * rotated + pair);
          float sine = angles.get(row * rotated + pairs + pair);
          if (second == 0) {
            value = value * cosine - before[e + distance] * sine;
          } else {
            value = before[e - distance] * sine + value * cosine;
          }
        }
        if (head < heads) {
          projected.set(from + e, value);
        } else {
          int kvHead = isValue == 1 ? head - heads - kvHeads : head - heads;
          if (isValue == 1) {
            values.set(
                KeyValueLayout.value(layer, pages, slot, kvHead, kvHeads, headSize) + e, value);
          } else {
            keys.set(
                KeyValueLayout.key(layer, pages, slot, kvHead, kvHeads, headSize)
                    + e * KeyValueLayout.PAGE,
                value);
          }
          trace += Numbers.trace(value);
        }
      }
      partial[item] = trace;
      context.localBarrier();
      if (item == 0 && head >= heads) {
        float sum = 0f;
        for (int i = 0; i < ITEMS; i++) {
          sum += partial[i];
        }
        storeTraces.set(row * 2 * kvHeads + head - heads, sum);
      }
    }
  }
}
