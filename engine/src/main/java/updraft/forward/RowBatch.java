package updraft.forward;

import org.jspecify.annotations.Nullable;
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

  /** Per row: positions before are not attended to. */
  private final int[] firsts;

  private final int[] logitsIndexes;
  private final PageTable[] tables;
  private final @Nullable TokenRule[] rules;
  private final int maxRows;
  private int rows;
  private int ancestors;
  private int logitsRows;

  public RowBatch(int maxRows) {
    this(maxRows, 0);
  }

  /**
   * @param maxAncestors most rows of earlier forwards that rows of this one may descend from
   */
  public RowBatch(int maxRows, int maxAncestors) {
    this.maxRows = maxRows;
    int all = maxRows + maxAncestors;
    tokens = new int[maxRows];
    positions = new int[all];
    slots = new int[all];
    parents = new int[all];
    prefixes = new int[all];
    firsts = new int[maxRows];
    logitsIndexes = new int[maxRows];
    tables = new PageTable[maxRows];
    rules = new TokenRule[maxRows];
  }

  public void clear() {
    rows = 0;
    ancestors = 0;
    logitsRows = 0;
  }

  /**
   * Adds a row and returns its index.
   *
   * @param position of the token in its sequence, 0-based
   * @param table pages of the sequence; must not change before the forward ends
   * @param slot where the row's keys and values go
   * @param parent an earlier row or ancestor of this batch, or {@link #COMMITTED} when positions 0
   *     … position-1 are committed
   * @param logits whether the row's logits are wanted
   */
  public int add(int token, int position, PageTable table, int slot, int parent, boolean logits) {
    return add(token, position, table, slot, parent, logits, 0);
  }

  /**
   * Adds a row that does not attend to the first positions of its sequence.
   *
   * @param first the first position that it attends to
   */
  public int add(
      int token, int position, PageTable table, int slot, int parent, boolean logits, int first) {
    if (rows == maxRows) {
      throw new IllegalStateException("rows must be at most maxRows: maxRows=" + maxRows);
    }
    if (parent < maxRows && parent >= rows) {
      throw refusal(parent, position);
    }
    int row = rows++;
    tokens[row] = token;
    tables[row] = table;
    firsts[row] = first;
    rules[row] = null;
    place(row, position, table, slot, parent);
    logitsIndexes[row] = logits ? logitsRows++ : -1;
    return row;
  }

  /**
   * Adds a row that an earlier forward has computed and that is not committed, as a parent for
   * others, and returns its index.
   *
   * @param slot where its keys and values are
   * @param parent an ancestor added before, or {@link #COMMITTED}
   */
  public int addAncestor(int position, PageTable table, int slot, int parent) {
    if (maxRows + ancestors == slots.length) {
      throw new IllegalStateException(
          "ancestors must be at most maxAncestors: maxAncestors=" + ancestors);
    }
    if (parent != COMMITTED && (parent < maxRows || parent >= maxRows + ancestors)) {
      throw refusal(parent, position);
    }
    int row = maxRows + ancestors++;
    place(row, position, table, slot, parent);
    return row;
  }

  private void place(int row, int position, PageTable table, int slot, int parent) {
    if (parent >= 0 && positions[parent] != position - 1) {
      throw refusal(parent, position);
    }
    positions[row] = position;
    slots[row] = slot;
    parents[row] = parent;
    int before = parent == COMMITTED ? position : prefixes[parent];
    boolean inPlace =
        before == position && position < table.capacity() && slot == table.slot(position);
    prefixes[row] = inPlace ? position + 1 : before;
  }

  private static IllegalArgumentException refusal(int parent, int position) {
    return new IllegalArgumentException(
        "parent must be an earlier row at the position before: parent="
            + parent
            + ", position="
            + position);
  }

  /**
   * Lets the backend choose the token after a row whose logits are wanted, if it can: see {@link
   * RowOutputs#chosen}.
   *
   * @param rule or null, which leaves it to the caller
   */
  public void choose(int row, @Nullable TokenRule rule) {
    rules[row] = rule;
  }

  /** How the token after a row is to be chosen, or null when the caller does that. */
  public @Nullable TokenRule rule(int row) {
    return rules[row];
  }

  /** The first position that a row attends to. */
  public int first(int row) {
    return firsts[row];
  }

  /** Whether a parent is a row of this forward. */
  boolean isRow(int parent) {
    return parent >= 0 && parent < maxRows;
  }

  public int rows() {
    return rows;
  }

  public int maxRows() {
    return maxRows;
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
