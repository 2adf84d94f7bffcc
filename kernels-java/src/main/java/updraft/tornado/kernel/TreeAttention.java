package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Attention of a forward's rows, each over its sequence's pages and its chain of ancestors in the
 * batch: a tree without a mask.
 *
 * <p>A row sees positions 0 … p of its context in pages of 16. Position i lies in the slot that the
 * page table says, or, from the row's prefix on, in the slot of the ancestor p - i steps up. {@link
 * #attend} gives a work-group the queries of a few neighbouring rows of one sequence which share a
 * key-value head, and a part of the context; 16 items own a query. They score a page, an item a
 * position; agree on the largest score so far, by which everything kept is rescaled (online
 * softmax: Milakov and Gimelshein, 2018); and add the page's values, an item every sixteenth
 * element of the head. {@link #combine} joins the parts of long contexts (flash-decoding).
 *
 * <p>Memory: a page's keys and values are read once for all queries of a group and each later
 * reading comes from the cache; sums stay in local memory. Rows of a tree share their prefix, so
 * that verifying costs hardly more than decoding. Bound by the bytes of keys and values.
 *
 * <p>What a row computes does not depend on its neighbours: pages are met in order, splits begin at
 * fixed positions, and a page beyond the row's position changes nothing.
 */
public final class TreeAttention {
  /** Pages of a part of the context, unless that makes more than {@link #MAX_SPLITS}. */
  private static final int SPLIT_PAGES = 16;

  private static final int MAX_SPLITS = 32;

  /** Integers of a tile: first row, rows, last position. */
  public static final int TILE = 3;

  /** Work-items of a group of {@link #combine}. */
  public static final int COMBINE_ITEMS = 128;

  /** Most queries of a work-group: with 16 items each, what every back end launches as asked. */
  public static final int QUERIES = 16;

  private static final int PAGE = KeyValueLayout.PAGE;

  private TreeAttention() {}

  /** Rows of a tile, where {@code group} queries of a row share a key-value head. */
  public static int rowsPerTile(int group) {
    return QUERIES / group < 1 ? 1 : QUERIES / group;
  }

  /** Queries of a row that a work-group takes, of {@code group} that share a key-value head. */
  public static int queriesPerRow(int group) {
    return group < QUERIES ? group : QUERIES;
  }

  /** Work-groups that share the queries of a row and key-value head. */
  public static int chunks(int group) {
    return (group + QUERIES - 1) / QUERIES;
  }

  /** Pages of a part, for contexts of at most so many positions. */
  public static int splitPages(int positions) {
    int pages = (positions + PAGE - 1) / PAGE;
    return Math.max(SPLIT_PAGES, (pages + MAX_SPLITS - 1) / MAX_SPLITS);
  }

  /**
   * Scores and weighs one part of the context.
   *
   * @param inputs {@link RowField}s, page tables and, from {@code tilesAt} on, {@link #TILE}
   *     integers a tile
   * @param projected shape (rows, (heads + 2 × kvHeads) × headSize): rotated queries first
   * @param sums shape (rows, heads, splits, headSize): values weighed with e^(score - largest)
   * @param maxima shape (rows, heads, splits, 2): the largest score, the sum of the weights
   * @param cachePages pages of the cache
   * @param splits room for parts of a context
   * @param splitPages pages of a part
   * @param queries of a work-group: {@link #rowsPerTile} × {@link #queriesPerRow}
   * @param scale of scores
   */
  public static void attend(
      KernelContext context,
      IntArray step,
      IntArray inputs,
      FloatArray projected,
      FloatArray keys,
      FloatArray values,
      FloatArray sums,
      FloatArray maxima,
      int heads,
      int kvHeads,
      int headSize,
      int cachePages,
      int tilesAt,
      int splits,
      int splitPages,
      int queries,
      float scale) {
    int item = context.localIdx;
    float[] scores = context.allocateFloatLocalArray(queries * PAGE);
    float[] weights = context.allocateFloatLocalArray(queries * PAGE);
    int[] slots = context.allocateIntLocalArray(queries * PAGE);
    float[] kept = context.allocateFloatLocalArray(queries * headSize);
    int group = heads / kvHeads;
    int perRow = group < QUERIES ? group : QUERIES;
    int chunks = (group + perRow - 1) / perRow;
    int tile = context.groupIdx / chunks / kvHeads;
    int kvHead = context.groupIdx / chunks % kvHeads;
    int split = context.groupIdy;
    int layer = step.get(Step.LAYER);
    int firstRow = inputs.get(tilesAt + tile * TILE);
    int tileRows = inputs.get(tilesAt + tile * TILE + 1);
    int last = inputs.get(tilesAt + tile * TILE + 2);
    int query = item / PAGE;
    int column = item % PAGE;
    int inTile = query / perRow;
    int inGroup = context.groupIdx % chunks * perRow + query % perRow;
    int active = inTile < tileRows && inGroup < group ? 1 : 0;
    // items beyond the last row or query do its work again and write nothing
    int row = inTile < tileRows ? firstRow + inTile : firstRow + tileRows - 1;
    int head = kvHead * group + (inGroup < group ? inGroup : group - 1);
    int position = inputs.get(row * RowField.SIZE + RowField.POSITION);
    int prefix = inputs.get(row * RowField.SIZE + RowField.PREFIX);
    int table = inputs.get(row * RowField.SIZE + RowField.TABLE);
    int queryAt = (row * (heads + 2 * kvHeads) + head) * headSize;
    int firstPage = split * splitPages;
    int endPage = last / PAGE + 1;
    endPage = endPage < firstPage + splitPages ? endPage : firstPage + splitPages;
    for (int e = column; e < headSize; e += PAGE) {
      kept[query * headSize + e] = 0f;
    }
    context.localBarrier();
    float largest = Numbers.LOWEST;
    float total = 0f;
    for (int page = firstPage; page < endPage; page++) {
      int p = page * PAGE + column;
      float score = Numbers.LOWEST;
      int slot = 0;
      if (p <= position) {
        if (p < prefix) {
          slot = inputs.get(table + page) * PAGE + column;
        } else {
          slot = inputs.get(ancestor(inputs, row, position - p) * RowField.SIZE + RowField.SLOT);
        }
        int keyAt = KeyValueLayout.key(layer, cachePages, slot, kvHead, kvHeads, headSize);
        float dot = 0f;
        for (int e = 0; e < headSize; e++) {
          dot += keys.get(keyAt + e * PAGE) * projected.get(queryAt + e);
        }
        score = dot * scale;
      }
      scores[item] = score;
      slots[item] = slot;
      context.localBarrier();
      float top = largest;
      for (int i = 0; i < PAGE; i++) {
        float other = scores[query * PAGE + i];
        top = other > top ? other : top;
      }
      float shrink = TornadoMath.exp(largest - top);
      float weight = 0f;
      if (p <= position) {
        weight = TornadoMath.exp(score - top);
      }
      weights[item] = weight;
      context.localBarrier();
      float added = 0f;
      for (int i = 0; i < PAGE; i++) {
        added += weights[query * PAGE + i];
      }
      total = total * shrink + added;
      int present = position - page * PAGE + 1;
      present = present < PAGE ? present : PAGE;
      for (int e = column; e < headSize; e += PAGE) {
        float sum = 0f;
        for (int i = 0; i < present; i++) {
          int from = slots[query * PAGE + i];
          int valueAt = KeyValueLayout.value(layer, cachePages, from, kvHead, kvHeads, headSize);
          sum += weights[query * PAGE + i] * values.get(valueAt + e);
        }
        kept[query * headSize + e] = kept[query * headSize + e] * shrink + sum;
      }
      largest = top;
      context.localBarrier();
    }
    if (active == 1 && firstPage < endPage) {
      int at = (row * heads + head) * splits + split;
      for (int e = column; e < headSize; e += PAGE) {
        sums.set(at * headSize + e, kept[query * headSize + e]);
      }
      if (column == 0) {
        maxima.set(2 * at, largest);
        maxima.set(2 * at + 1, total);
      }
    }
  }

  /** The row so many steps up from a row. */
  private static int ancestor(IntArray inputs, int row, int steps) {
    int at = row;
    for (int i = 0; i < steps; i++) {
      at = inputs.get(at * RowField.SIZE + RowField.PARENT);
    }
    return at;
  }

  /**
   * Joins the parts of each row's context. A work-item owns an element of a row's heads; it reads
   * the parts' sums once, and their maxima from the cache.
   *
   * @param attended shape (rows, blocks × 32): columns beyond heads × headSize are zero
   */
  public static void combine(
      KernelContext context,
      IntArray step,
      IntArray inputs,
      FloatArray sums,
      FloatArray maxima,
      FloatArray attended,
      int heads,
      int headSize,
      int splits,
      int splitPages,
      int blocks) {
    int at = context.globalIdx;
    int count = step.get(Step.ROWS);
    if (at < count * blocks * 32) {
      int row = at / (blocks * 32);
      int column = at % (blocks * 32);
      float value = 0f;
      if (column < heads * headSize) {
        int head = column / headSize;
        int position = inputs.get(row * RowField.SIZE + RowField.POSITION);
        int parts = position / (splitPages * PAGE) + 1;
        int from = (row * heads + head) * splits;
        float largest = Numbers.LOWEST;
        for (int part = 0; part < parts; part++) {
          float other = maxima.get(2 * (from + part));
          largest = other > largest ? other : largest;
        }
        float total = 0f;
        float sum = 0f;
        for (int part = 0; part < parts; part++) {
          float weight = TornadoMath.exp(maxima.get(2 * (from + part)) - largest);
          total += weight * maxima.get(2 * (from + part) + 1);
          sum += weight * sums.get((from + part) * headSize + column % headSize);
        }
        value = sum / total;
      }
      attended.set(at, value);
    }
  }
}
