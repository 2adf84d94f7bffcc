package updraft.tornado.kernel;

/**
 * How weights lie: in groups of {@link #LANES} rows, a block of 32 columns after the other, so that
 * what a warp reads at once are neighbours: 128 bytes, a line of the cache. A block of a group is
 * words of integers by lane, and in an array of its own its factors by lane: a scale, or a scale
 * and a minimum.
 */
public final class Packing {
  /** Rows of a group: the items of a warp. */
  public static final int LANES = 32;

  /** Columns of a block. */
  public static final int BLOCK = 32;

  /** Signed bytes: column 4c + i of a block in byte i of word c. */
  public static final int BYTES = 0;

  /** Signed bytes with a scale for each half of a block. */
  public static final int BYTES_HALVES = 1;

  /**
   * Unsigned nibbles: columns 8c … 8c + 3 in the low nibbles of word c's bytes, the next four in
   * the high ones. With one factor the weight is scale × (nibble - 8).
   */
  public static final int NIBBLES = 2;

  /** Floats, a factor a column. */
  public static final int FLOATS = 3;

  private Packing() {}

  /** Words of a row's block. */
  public static int words(int kind) {
    int words = 8;
    words = kind == NIBBLES ? 4 : words;
    words = kind == FLOATS ? 0 : words;
    return words;
  }
}
