package updraft.forward;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.kernel.Activations;
import updraft.kernel.AttentionTile;
import updraft.kernel.Kernels;
import updraft.kernel.PageMath;
import updraft.kernel.RowMath;
import updraft.model.ModelConfig;
import updraft.model.PackedMatrix;

/**
 * Attention of a forward's rows, each over its sequence's pages and its ancestors in the batch.
 *
 * <p>Work is split into items of a few neighbouring rows of one sequence and the query heads that
 * share a key-value head, so that a page is read, and widened to floats, once for all of them. A
 * row sees its context as pages of 16 positions in order, wherever the keys and values of a
 * position lie: where a page holds ancestors that are not at their position's own slot, their
 * columns are laid over what the page table points to. So a result depends on the row's context
 * alone, not on the slots or on the rows that it shares an item with.
 *
 * <p>Pages that all rows of an item see as the page table has them go to {@link PageMath} at once,
 * where there is one; it gives the same bits.
 */
final class TreeAttention {
  private static final int PAGE = PageTable.PAGE_SIZE;

  /** Queries that share the reading of a page; reading then costs a twentieth of the work. */
  private static final int QUERIES = 16;

  /** A score so low that its weight is next to nothing. */
  private static final float NOT_ATTENDED = -1e30f;

  private final KeyValues keyValues;
  private final RowMath math;

  /** For 16-bit keys and values, or null. */
  private final @Nullable PageMath pageMath;

  private final int kvHeads;
  private final int headSize;

  /** Query heads of a key-value head. */
  private final int group;

  private final float scale;
  private final int rowsPerTile;

  /** First row of each tile, then the number of rows. */
  private final int[] tileStarts;

  private final Scratch[] scratch;
  private RowBatch batch = new RowBatch(0);
  private int tiles;

  /** Positions that scores have room for, a multiple of 16. */
  private int scoresStride;

  /** A thread's memory. */
  private static final class Scratch {
    /** Shape (headSize, 16). */
    final float[] keys;

    /** Shape (16, headSize). */
    final float[] values;

    /** Has the scores, shape (queries of a tile, {@link #scoresStride}). */
    final AttentionTile tile;

    Scratch(AttentionTile tile, int headSize) {
      this.tile = tile;
      keys = new float[headSize * PAGE];
      values = new float[headSize * PAGE];
    }
  }

  TreeAttention(
      ModelConfig config, KeyValues keyValues, Kernels kernels, int threads, int maxRows) {
    this.keyValues = keyValues;
    this.math = kernels.rowMath();
    PageMath pages = kernels.pageMath();
    boolean takes = pages != null && pages.takes(config.headSize());
    pageMath = takes && keyValues instanceof HalfKeyValues ? pages : null;
    kvHeads = config.kvHeads();
    headSize = config.headSize();
    group = config.heads() / kvHeads;
    scale = config.attentionScale();
    rowsPerTile = Math.max(1, QUERIES / group);
    tileStarts = new int[maxRows + 1];
    scratch = new Scratch[threads];
    for (int thread = 0; thread < threads; thread++) {
      AttentionTile tile = new AttentionTile(rowsPerTile, group, headSize, scale);
      scratch[thread] = new Scratch(tile, headSize);
    }
  }

  /** Splits a batch's rows. */
  void plan(RowBatch rows) {
    batch = rows;
    tiles = 0;
    int first = 0;
    for (int row = 0; row < rows.rows(); row++) {
      if (row == 0 || row - first == rowsPerTile || rows.table(row) != rows.table(first)) {
        first = row;
        tileStarts[tiles++] = row;
      }
      if (rows.position(row) >= scoresStride) {
        makeRoom(rows.position(row) + 1);
      }
    }
    tileStarts[tiles] = rows.rows();
  }

  private void makeRoom(int positions) {
    scoresStride = Math.max(Integer.highestOneBit(positions) * 2, 512);
    for (Scratch own : scratch) {
      own.tile.makeRoom(scoresStride);
    }
  }

  /** Independent pieces of a layer's attention. */
  int items() {
    return tiles * kvHeads;
  }

  /** Whether what an item attends to is whole blocks, so that it quantises them too. */
  boolean quantizes() {
    return group * headSize % PackedMatrix.BLOCK == 0;
  }

  /**
   * One item of one layer.
   *
   * @param queries rotated, shape (rows, stride), a row beginning with its query heads
   * @param out shape (rows, query heads × headSize); see {@link #quantizes}
   */
  void attend(int layer, int item, int thread, float[] queries, int stride, Activations out) {
    int head = item % kvHeads;
    int first = tileStarts[item / kvHeads];
    int end = tileStarts[item / kvHeads + 1];
    Scratch own = scratch[thread];
    int last = 0;
    for (int row = first; row < end; row++) {
      last = Math.max(last, batch.position(row));
    }
    PageMath pages = pageMath;
    int shared = 0;
    if (pages != null && keyValues instanceof HalfKeyValues halves) {
      shared = share(first, end, last / PAGE + 1, head, own.tile);
      int at = first * stride + head * group * headSize;
      for (int from = 0; from < shared; ) {
        int to = endOfChunk(first, from, shared);
        short[] keys = halves.keys(layer, batch.table(first).page(from));
        pages.scorePages(own.tile, queries, at, stride, keys, from, to);
        from = to;
      }
    }
    for (int page = shared; page <= last / PAGE; page++) {
      score(layer, head, page, first, end, queries, stride, own);
    }
    if (pages != null) {
      pages.normalize(own.tile);
    }
    for (int row = first; row < end; row++) {
      if (pages == null) {
        normalize(row, first, own);
      }
      int to = outputOf(row, head);
      Arrays.fill(out.values(), to, to + group * headSize, 0);
    }
    if (pages != null && keyValues instanceof HalfKeyValues halves) {
      int rowStride = kvHeads * group * headSize;
      for (int from = 0; from < shared; ) {
        int to = endOfChunk(first, from, shared);
        short[] values = halves.values(layer, batch.table(first).page(from));
        int at = outputOf(first, head);
        pages.weighPages(own.tile, values, from, to, out.values(), at, rowStride);
        from = to;
      }
    }
    for (int page = shared; page <= last / PAGE; page++) {
      weigh(layer, head, page, first, end, own, out);
    }
    if (quantizes()) {
      int blocks = group * headSize / PackedMatrix.BLOCK;
      for (int row = first; row < end; row++) {
        math.quantize(out, row, head * blocks, (head + 1) * blocks);
      }
    }
  }

  /**
   * Describes an item, and returns of how many leading pages its rows see all positions where the
   * page table has them.
   */
  private int share(int first, int end, int pages, int head, AttentionTile tile) {
    tile.begin(end - first);
    int shared = pages;
    for (int row = first; row < end; row++) {
      int position = batch.position(row);
      tile.span(row - first, batch.first(row), position + 1);
      if (batch.prefix(row) <= position) {
        shared = Math.min(shared, batch.prefix(row) / PAGE);
      }
    }
    for (int page = 0; page < shared; page++) {
      tile.base(page, keyValues.base(batch.table(first).page(page), head));
    }
    return shared;
  }

  /** The first page after {@code from} that lies in another array, or {@code shared}. */
  private int endOfChunk(int row, int from, int shared) {
    int chunk = KeyValues.chunk(batch.table(row).page(from));
    int end = from + 1;
    while (end < shared && KeyValues.chunk(batch.table(row).page(end)) == chunk) {
      end++;
    }
    return end;
  }

  private void score(
      int layer, int head, int page, int first, int end, float[] queries, int stride, Scratch own) {
    boolean loaded = false;
    for (int row = first; row < end; row++) {
      if (page * PAGE > batch.position(row) || isBefore(row, page)) {
        continue;
      }
      boolean shared = !holdsTail(row, page);
      if (!(shared && loaded)) {
        loadKeys(layer, head, page, row, own.keys);
        loaded = shared;
      }
      int query = row * stride + head * group * headSize;
      int to = (row - first) * group * scoresStride + page * PAGE;
      for (int i = 0; i < group; i++) {
        math.scores(
            queries,
            query + i * headSize,
            own.keys,
            headSize,
            scale,
            own.tile.scores(),
            to + i * scoresStride);
      }
    }
  }

  /** Turns a row's scores into weights that add up to one. */
  private void normalize(int row, int first, Scratch own) {
    int positions = batch.position(row) + 1;
    for (int i = 0; i < group; i++) {
      int from = ((row - first) * group + i) * scoresStride;
      Arrays.fill(own.tile.scores(), from, from + batch.first(row), NOT_ATTENDED);
      float sum = math.exponentials(own.tile.scores(), from, positions);
      math.scale(own.tile.scores(), from, positions, 1 / sum);
    }
  }

  private void weigh(
      int layer, int head, int page, int first, int end, Scratch own, Activations out) {
    boolean loaded = false;
    for (int row = first; row < end; row++) {
      int count = Math.min(PAGE, batch.position(row) + 1 - page * PAGE);
      if (count <= 0 || isBefore(row, page)) {
        continue;
      }
      boolean shared = !holdsTail(row, page);
      if (!(shared && loaded)) {
        loadValues(layer, head, page, row, own.values);
        loaded = shared;
      }
      int from = (row - first) * group * scoresStride + page * PAGE;
      int to = outputOf(row, head);
      for (int i = 0; i < group; i++) {
        math.weigh(
            own.tile.scores(),
            from + i * scoresStride,
            count,
            own.values,
            headSize,
            out.values(),
            to + i * headSize);
      }
    }
  }

  /** Whether a row attends to no position of a page, since they are before its first. */
  private boolean isBefore(int row, int page) {
    return (page + 1) * PAGE <= batch.first(row);
  }

  private int outputOf(int row, int head) {
    return (row * kvHeads + head) * group * headSize;
  }

  /** Whether positions of a page must be looked up through the row's ancestors. */
  private boolean holdsTail(int row, int page) {
    int prefix = batch.prefix(row);
    return prefix <= batch.position(row) && (page + 1) * PAGE > prefix;
  }

  private void loadKeys(int layer, int head, int page, int row, float[] keys) {
    int prefix = batch.prefix(row);
    int start = page * PAGE;
    if (start < prefix) {
      keyValues.loadKeys(layer, batch.table(row).page(page), head, keys);
    }
    int at = row;
    for (int p = batch.position(row); p >= Math.max(prefix, start); p--) {
      if (p < start + PAGE) {
        keyValues.loadKey(layer, batch.slot(at), head, keys, p - start);
      }
      at = batch.parent(at);
    }
  }

  private void loadValues(int layer, int head, int page, int row, float[] values) {
    int prefix = batch.prefix(row);
    int start = page * PAGE;
    if (start < prefix) {
      keyValues.loadValues(layer, batch.table(row).page(page), head, values);
    }
    int at = row;
    for (int p = batch.position(row); p >= Math.max(prefix, start); p--) {
      if (p < start + PAGE) {
        keyValues.loadValue(layer, batch.slot(at), head, values, p - start);
      }
      at = batch.parent(at);
    }
  }
}
