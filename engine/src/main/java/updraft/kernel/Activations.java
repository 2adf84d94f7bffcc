package updraft.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Rows of activations, as floats and, once quantised, as the matrix kernels read them: signed bytes
 * in blocks of 32 with a scale each. Java's kernels write and read them as pairs of shorts in the
 * order of {@link updraft.model.PackedMatrix}, native ones as words of four. A row's content is a
 * function of its floats alone.
 */
public final class Activations {
  final int columns;

  /** Shape (rows, columns). */
  final float[] values;

  /** Shape (rows, columns / 2): pair t of a block holds two columns that meet in a lane. */
  final int[] pairs;

  /** Shape (rows, columns / 4): native kernels' four columns a word, the first lowest. */
  final int[] words;

  /** Shape (rows, columns / 16): sums of native kernels' integers. */
  final int[] totals;

  /** Shape (rows, columns / 32). */
  final float[] scales;

  /**
   * Shape (rows, columns / 32): scale × sum of the block's integers, what minima are multiplied
   * with.
   */
  final float[] sums;

  /**
   * The arrays as C sees them, made once: made in a call that is not inlined they were 2 kB of
   * garbage a round.
   */
  final MemorySegment valuesView;

  final MemorySegment wordsView;
  final MemorySegment totalsView;
  final MemorySegment scalesView;
  final MemorySegment sumsView;

  public Activations(int maxRows, int columns) {
    this.columns = columns;
    this.values = new float[maxRows * columns];
    boolean blocks = columns % 32 == 0;
    this.pairs = new int[blocks ? maxRows * columns / 2 : 0];
    this.words = new int[blocks ? maxRows * columns / 4 : 0];
    this.totals = new int[blocks ? maxRows * columns / 16 : 0];
    this.scales = new float[blocks ? maxRows * columns / 32 : 0];
    this.sums = new float[blocks ? maxRows * columns / 32 : 0];
    this.valuesView = MemorySegment.ofArray(values);
    this.wordsView = MemorySegment.ofArray(words);
    this.totalsView = MemorySegment.ofArray(totals);
    this.scalesView = MemorySegment.ofArray(scales);
    this.sumsView = MemorySegment.ofArray(sums);
  }

  public int columns() {
    return columns;
  }

  /** Shape (rows, columns): written by the caller, then quantised row by row. */
  public float[] values() {
    return values;
  }
}
