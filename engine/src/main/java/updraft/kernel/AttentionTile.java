package updraft.kernel;

/**
 * A few rows of one sequence and the query heads that share a key-value head. Query {@code r ×
 * group + i} is head i of row r. A thread's memory, filled anew for each item.
 */
public final class AttentionTile {
  final int group;
  final int headSize;
  final float scale;

  int rows;

  /** Where each page of the sequence begins in its array. */
  int[] bases = {};

  /** First and end position of what each row attends to. */
  final int[] spans;

  /** Shape (queries, {@link #scoresStride}). */
  float[] scores = {};

  int scoresStride;

  /**
   * @param group query heads of a key-value head
   */
  public AttentionTile(int maxRows, int group, int headSize, float scale) {
    this.group = group;
    this.headSize = headSize;
    this.scale = scale;
    this.spans = new int[2 * maxRows];
  }

  /** Room for so many positions, a multiple of 16. */
  public void makeRoom(int positions) {
    scoresStride = positions;
    scores = new float[Math.multiplyExact(spans.length / 2 * group, positions)];
    bases = new int[positions / RowMath.LANES];
  }

  public float[] scores() {
    return scores;
  }

  /** Begins an item. */
  public void begin(int ofRows) {
    rows = ofRows;
  }

  public void base(int page, int at) {
    bases[page] = at;
  }

  /** What a row of the tile attends to: positions {@code first} … {@code end-1}. */
  public void span(int row, int first, int end) {
    spans[2 * row] = first;
    spans[2 * row + 1] = end;
  }
}
