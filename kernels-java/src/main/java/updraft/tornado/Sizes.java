package updraft.tornado;

import updraft.cache.PageTable;
import updraft.forward.BackendOptions;
import updraft.model.ModelConfig;
import updraft.model.RopeStyle;
import updraft.tornado.kernel.Choice;
import updraft.tornado.kernel.RotaryPages;
import updraft.tornado.kernel.RowField;
import updraft.tornado.kernel.TreeAttention;

/**
 * What kernels are compiled for: sizes of the model and of its buffers.
 *
 * @param pages of the cache of keys and values
 */
record Sizes(ModelConfig config, BackendOptions options, int pages) {
  /** Columns that share a scale. */
  static final int BLOCK = 32;

  /** Room for parts of attention that local memory has. */
  private static final int MAX_KEPT = 8192;

  /**
   * @throws IllegalArgumentException if the model has what these kernels lack
   */
  Sizes {
    if (config.headSize() > RotaryPages.MAX_HEAD
        || queries(config) * config.headSize() > MAX_KEPT) {
      throw refusal("head size must be at most 512, and small enough for local memory", config);
    }
    for (long elements :
        new long[] {
          (long) config.layers() * pages * PageTable.PAGE_SIZE * config.keyValueSize(),
          (long) options.maxRows() * config.heads() * splits(config) * config.headSize(),
          (long) options.maxLogitsRows() * config.vocabularySize()
        }) {
      if (elements > Integer.MAX_VALUE - 8) {
        throw new IllegalArgumentException(
            "a buffer must have fewer than 2^31 elements: elements="
                + elements
                + "; take a smaller --context");
      }
    }
  }

  private static IllegalArgumentException refusal(String rule, ModelConfig config) {
    return new IllegalArgumentException(
        "backend tornado: "
            + rule
            + ": head_size="
            + config.headSize()
            + ", heads="
            + config.heads()
            + ", kv_heads="
            + config.kvHeads()
            + "; take --backend cpu");
  }

  private static int queries(ModelConfig config) {
    int group = config.heads() / config.kvHeads();
    return TreeAttention.rowsPerTile(group) * TreeAttention.queriesPerRow(group);
  }

  private static int splits(ModelConfig config) {
    int pages = PageTable.pagesFor(config.contextLength());
    int split = TreeAttention.splitPages(config.contextLength());
    return (pages + split - 1) / split;
  }

  int rows() {
    return options.maxRows();
  }

  int logitsRows() {
    return options.maxLogitsRows();
  }

  int hidden() {
    return config.hiddenSize();
  }

  /** Queries, keys and values of a row. */
  int projected() {
    return config.querySize() + 2 * config.keyValueSize();
  }

  /** Whole blocks that a row of so many columns takes. */
  static int blocks(int columns) {
    return (columns + BLOCK - 1) / BLOCK;
  }

  /** Elements of all keys, or all values. */
  int keyElements() {
    return config.layers() * pages * PageTable.PAGE_SIZE * config.keyValueSize();
  }

  /** Norms of a forward. */
  int norms() {
    return 2 * config.layers() + 1;
  }

  int splitPages() {
    return TreeAttention.splitPages(config.contextLength());
  }

  /** Parts that the longest context has. */
  int splits() {
    return splits(config);
  }

  /** Parts that a context of so many positions has. */
  int splits(int positions) {
    return (PageTable.pagesFor(positions) + splitPages() - 1) / splitPages();
  }

  int group() {
    return config.heads() / config.kvHeads();
  }

  /** Rows of one sequence that attention takes together. */
  int rowsPerTile() {
    return TreeAttention.rowsPerTile(group());
  }

  /** Queries of a work-group of attention, which share a key-value head. */
  int queries() {
    return queries(config);
  }

  /** Work-groups of attention a tile and part. */
  int attentionGroups() {
    return config.kvHeads() * TreeAttention.chunks(group());
  }

  int adjacent() {
    return config.ropeStyle() == RopeStyle.ADJACENT ? 1 : 0;
  }

  int normed() {
    return config.queryKeyNorms() ? 1 : 0;
  }

  /** Where the inputs have tiles of attention, after the rows' fields. */
  int tilesAt() {
    return rows() * RowField.SIZE;
  }

  /** Where the inputs have the rows whose logits are wanted. */
  int sourcesAt() {
    return tilesAt() + rows() * TreeAttention.TILE;
  }

  /** Where the inputs have how tokens are chosen. */
  int choicesAt() {
    return sourcesAt() + logitsRows();
  }

  /** Where the inputs have page tables. */
  int pagesAt() {
    return choicesAt() + logitsRows() * Choice.CHOICE;
  }

  /** Integers of the inputs. */
  int inputs() {
    int most = Math.min(PageTable.pagesFor(config.contextLength()), pages);
    return Math.addExact(pagesAt(), Math.multiplyExact(rows(), most));
  }
}
