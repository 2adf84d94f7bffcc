package updraft.forward;

import updraft.cache.PageTable;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.model.ModelConfig;

/**
 * The bytes of keys and values, by layer and page. Keys of a page and head lie as (headSize, 16),
 * so that the scores of 16 positions are computed side by side; values as (16, headSize). Memory is
 * taken for 64 pages at a time, when the first of them is written.
 */
abstract sealed class KeyValues permits FloatKeyValues, HalfKeyValues {
  static final int PAGE = PageTable.PAGE_SIZE;

  /** Pages whose memory is taken together, as a power of two. */
  private static final int CHUNK_BITS = 6;

  final int layers;
  final int heads;
  final int headSize;
  final int chunks;

  KeyValues(ModelConfig config, int pages) {
    layers = config.layers();
    heads = config.kvHeads();
    headSize = config.headSize();
    chunks = (pages + (1 << CHUNK_BITS) - 1) >> CHUNK_BITS;
  }

  static KeyValues of(KeyValueType type, ModelConfig config, int pages) {
    return switch (type) {
      case F16 -> new HalfKeyValues(config, pages);
      case F32 -> new FloatKeyValues(config, pages);
    };
  }

  /** Bytes of one position's keys and values over all layers. */
  static long bytesPerPosition(KeyValueType type, ModelConfig config) {
    return 2L * config.layers() * config.keyValueSize() * (type == KeyValueType.F16 ? 2 : 4);
  }

  /** Makes sure that there is memory for a slot. Not to be called while others read or write. */
  abstract void ensure(int slot);

  /**
   * Stores a row's key and value of one layer and head, each (headSize).
   *
   * @return whether all of them are finite as stored
   */
  abstract boolean store(int layer, int slot, int head, float[] from, int keyFrom, int valueFrom);

  /** Reads the keys of a page, shape (headSize, 16); of slots never written, anything. */
  abstract void loadKeys(int layer, int page, int head, float[] to);

  /** Reads the keys of a slot into a column of (headSize, 16). */
  abstract void loadKey(int layer, int slot, int head, float[] to, int column);

  /** Reads the values of a page, shape (16, headSize); of slots never written, anything. */
  abstract void loadValues(int layer, int page, int head, float[] to);

  /** Reads the values of a slot into a row of (16, headSize). */
  abstract void loadValue(int layer, int slot, int head, float[] to, int row);

  /** Copies a slot in every layer. */
  abstract void copySlot(int fromSlot, int toSlot);

  static int chunk(int page) {
    return page >> CHUNK_BITS;
  }

  /** Where a page's keys, or values, of a head begin in their chunk. */
  final int base(int page, int head) {
    return ((page & ((1 << CHUNK_BITS) - 1)) * heads + head) * headSize * PAGE;
  }

  /** Where the first element of a slot's key is; the next is {@link #PAGE} further. */
  final int keyAt(int slot, int head) {
    return base(slot / PAGE, head) + slot % PAGE;
  }

  final int valueAt(int slot, int head) {
    return base(slot / PAGE, head) + slot % PAGE * headSize;
  }

  final int chunkElements() {
    return (heads * headSize * PAGE) << CHUNK_BITS;
  }
}
