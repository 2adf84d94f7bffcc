package updraft.forward;

import updraft.cache.PageTable;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.kernel.RowMath;
import updraft.model.ModelConfig;

/**
 * The bytes of keys and values, by layer and page. Keys of a page and head lie as (headSize, 16),
 * so that the scores of 16 positions are computed side by side; values as (16, headSize). Memory is
 * taken for 64 pages at a time, when the first of them is written.
 */
abstract sealed class KeyValues permits FloatKeyValues, HalfKeyValues {
  static final int PAGE = PageTable.PAGE_SIZE;

  /** Pages whose memory is taken together, as a power of two. */
  static final int CHUNK_BITS = 6;

  final RowMath math;
  final int layers;
  final int heads;
  final int headSize;
  final int chunks;

  KeyValues(RowMath math, ModelConfig config, int pages) {
    this.math = math;
    layers = config.layers();
    heads = config.kvHeads();
    headSize = config.headSize();
    chunks = (pages + (1 << CHUNK_BITS) - 1) >> CHUNK_BITS;
  }

  static KeyValues of(KeyValueType type, RowMath math, ModelConfig config, int pages) {
    return switch (type) {
      case F16 -> new HalfKeyValues(math, config, pages);
      case F32 -> new FloatKeyValues(math, config, pages);
    };
  }

  /** Bytes of one position's keys and values over all layers. */
  static long bytesPerPosition(KeyValueType type, ModelConfig config) {
    return 2L * config.layers() * config.keyValueSize() * (type == KeyValueType.F16 ? 2 : 4);
  }

  /** Makes sure that there is memory for a slot. */
  abstract void ensure(int slot);

  /** Stores a row's keys and values of one layer, each (heads × headSize). */
  abstract void store(
      int layer, int slot, float[] keys, int keysFrom, float[] values, int valuesFrom);

  /** Scores of a page's 16 positions. */
  abstract void scores(
      int layer, int page, int head, float[] q, int qFrom, float scale, float[] scores, int to);

  /** The score of one slot. */
  abstract float score(int layer, int slot, int head, float[] q, int qFrom, float scale);

  /** Adds the weighted values of a page's slots {@code first} … {@code first+count-1} to out. */
  abstract void weigh(
      int layer,
      int page,
      int head,
      int first,
      int count,
      float[] weights,
      int from,
      float[] out,
      int to);

  abstract void copySlot(int fromSlot, int toSlot);

  static int chunk(int page) {
    return page >> CHUNK_BITS;
  }

  /** Where a page's keys, or values, of a head begin in their chunk. */
  final int base(int page, int head) {
    return ((page & ((1 << CHUNK_BITS) - 1)) * heads + head) * headSize * PAGE;
  }

  final int chunkElements() {
    return (heads * headSize * PAGE) << CHUNK_BITS;
  }
}
