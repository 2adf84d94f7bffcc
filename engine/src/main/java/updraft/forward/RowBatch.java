package updraft.forward;

import updraft.cache.PageTable;

/**
 * The rows of one forward, as parallel arrays. A row is one token of one sequence; it attends to
 * the sequence's committed tokens and to its chain of ancestors within the batch, in position
 * order. Prefill chunks, decode, chains and trees differ only in their parents.
 *
 * <p>Reused between steps; not thread-safe.
 */
public final class RowBatch {
  /** Parent of a row whose predecessor is already committed. */
  public static final int COMMITTED = -1;

  private final int[] tokens;
  private final int[] positions;
  private final int[] slots;
  private final int[] parents;

  /**
   * Per row: positions 0 … prefix-1 of its context, its own included where it qualifies, lie where
   * its page table says; from there on its ancestors' slots must be followed.
   */
  private final int[] prefixes;

  private final int[] logitsIndexes;
  private final PageTable[] tables;
  private int rows;
  private int logitsRows;

  public RowBatch(int maxRows) {
    tokens = new int[maxRows];
    positions = new int[maxRows];
    slots = new int[maxRows];
    parents = new int[maxRows];
    prefixes = new int[maxRows];
    logitsIndexes = new int[maxRows];
    tables = new PageTable[maxRows];
  }

  public void clear() {
    rows = 0;
    logitsRows = 0;
  }

  /**
   * Adds a row and returns its index.
   *
   * @param position of the token in its sequence, 0-based
   * @param table pages of the sequence; must not change before the forward ends
   * @param slot where the row's keys and values go
   * @param parent an earlier row of this batch, or {@link #COMMITTED} when positions 0 … position-1
   *     are committed
   * @param logits whether the row's logits are wanted
   */
  public int add(int token, int position, PageTable table, int slot, int parent, boolean logits) {
    if (rows == tokens.length) {
      throw new IllegalStateException("rows must be at most maxRows: maxRows=" + tokens.length);
    }
    if (parent >= rows || (parent >= 0 && positions[parent] != position - 1)) {
      throw new IllegalArgumentException(
          "parent must be an earlier row at the position before: parent="
              + parent
              + ", position="
              + position);
    }
    int row = rows++;
    tokens[row] = token;
    positions[row] = position;
    tables[row] = table;
    slots[row] = slot;
    parents[row] = parent;
    int before = parent == COMMITTED ? position : prefixes[parent];
    prefixes[row] = before == position && slot == table.slot(position) ? position + 1 : before;
    logitsIndexes[row] = logits ? logitsRows++ : -1;
    return row;
  }

  public int rows() {
    return rows;
  }

  public int maxRows() {
    return tokens.length;
  }

  /** Rows whose logits are wanted. */
  public int logitsRows() {
    return logitsRows;
  }

  public int token(int row) {
    return tokens[row];
  }

  public int position(int row) {
    return positions[row];
  }

  public int slot(int row) {
    return slots[row];
  }

  /** An earlier row, or {@link #COMMITTED}. */
  public int parent(int row) {
    return parents[row];
  }

  public PageTable table(int row) {
    return tables[row];
  }

  /** Leading positions of the row's context (itself included) addressed by the page table alone. */
  public int prefix(int row) {
    return prefixes[row];
  }

  /** Place of the row among those with logits, or -1. */
  public int logitsIndex(int row) {
    return logitsIndexes[row];
  }
}
