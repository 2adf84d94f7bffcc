package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Moves the keys and values of accepted tree nodes to the slots of their positions, in every layer.
 *
 * <p>A work-item owns an element of a head of a layer, in all slots, and makes the moves in order:
 * so a slot may be a source after it was a target, and no two items meet. Reads and writes each
 * moved element once; a few hundred kilobytes for a round. Bound by the launch.
 */
public final class Compaction {
  /** Work-items of a group. */
  public static final int ITEMS = 128;

  private Compaction() {}

  /**
   * @param moves pairs of slots, from and to
   */
  public static void move(
      KernelContext context,
      IntArray step,
      IntArray moves,
      FloatArray keys,
      FloatArray values,
      int layers,
      int kvHeads,
      int pages,
      int headSize) {
    int at = context.globalIdx;
    if (at < layers * kvHeads * headSize) {
      int element = at % headSize;
      int head = at / headSize % kvHeads;
      int layer = at / headSize / kvHeads;
      int count = step.get(Step.MOVES);
      for (int i = 0; i < count; i++) {
        int from = moves.get(2 * i);
        int to = moves.get(2 * i + 1);
        float key =
            keys.get(
                KeyValueLayout.key(layer, pages, from, head, kvHeads, headSize)
                    + element * KeyValueLayout.PAGE);
        keys.set(
            KeyValueLayout.key(layer, pages, to, head, kvHeads, headSize)
                + element * KeyValueLayout.PAGE,
            key);
        float value =
            values.get(KeyValueLayout.value(layer, pages, from, head, kvHeads, headSize) + element);
        values.set(
            KeyValueLayout.value(layer, pages, to, head, kvHeads, headSize) + element, value);
      }
    }
  }
}
