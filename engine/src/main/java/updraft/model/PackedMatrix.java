package updraft.model;

import org.jspecify.annotations.Nullable;

/**
 * A weight matrix as the kernels read it: groups of {@code lanes} rows interleaved, so that each
 * row of a group has a vector lane of its own. Immutable and thread-safe.
 *
 * <p>For quantised kinds a group is a sequence of blocks of 32 columns, and a block a sequence of
 * vectors of {@code lanes} ints; in an int of row r, with column k counted within the block:
 *
 * <ul>
 *   <li>8 bits: int c holds columns 4c … 4c+3, lowest byte first (8 ints a row);
 *   <li>4 bits: int c holds in bits 16p+4j … 16p+4j+3 column 4⌊t/2⌋ + (t mod 2) + 2p where t = 4c+j
 *       (4 ints a row).
 * </ul>
 *
 * <p>Seen as pairs of shorts both orders are the same: pair t is columns 4⌊t/2⌋ + (t mod 2) and two
 * further, so activations are packed once for either.
 *
 * @param kind what a weight is made of
 * @param rows outputs, without the padding of the last group
 * @param columns inputs
 * @param lanes rows a group: 4, 8 or 16
 * @param quants integers of quantised kinds, else empty
 * @param scales of quantised kinds: a vector of lanes for each block, two for {@link
 *     Kind#Q8_HALVES}; of {@link Kind#FLOAT}: the weights themselves, a vector of lanes for each
 *     column
 * @param mins added to scale × quant, a vector of lanes for each block; null when there are none
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose: megabytes of weights
public record PackedMatrix(
    Kind kind,
    int rows,
    int columns,
    int lanes,
    int[] quants,
    float[] scales,
    float @Nullable [] mins) {

  /** Columns that share a scale. */
  public static final int BLOCK = 32;

  /** What a weight is made of. */
  public enum Kind {
    /** Signed bytes with a scale, and maybe a minimum, a block. */
    Q8,
    /** Signed bytes with a scale for each half of a block. */
    Q8_HALVES,
    /** Unsigned nibbles with a scale and a minimum a block. */
    Q4,
    /** Floats. */
    FLOAT
  }

  public int groups() {
    return (rows + lanes - 1) / lanes;
  }

  public int blocks() {
    return columns / BLOCK;
  }

  /** Ints of a row's block. */
  public static int intsPerBlock(Kind kind) {
    return kind == Kind.Q4 ? 4 : 8;
  }

  /** Bytes of weights, scales and minima. */
  public long bytes() {
    return 4L * (quants.length + scales.length + (mins == null ? 0 : mins.length));
  }

  /** Turns one row back into floats, exactly as the file's format defines them. */
  public void dequantizeRow(int row, float[] target, int offset) {
    int group = row / lanes;
    int lane = row % lanes;
    if (kind == Kind.FLOAT) {
      for (int k = 0; k < columns; k++) {
        target[offset + k] = scales[(group * columns + k) * lanes + lane];
      }
      return;
    }
    for (int block = 0; block < blocks(); block++) {
      int first = group * blocks() + block;
      for (int k = 0; k < BLOCK; k++) {
        int quant = quant(first, lane, k);
        float scale =
            kind == Kind.Q8_HALVES
                ? scales[(2 * first + k / 16) * lanes + lane]
                : scales[first * lanes + lane];
        float value = scale * quant;
        target[offset + block * BLOCK + k] =
            mins == null ? value : value + mins[first * lanes + lane];
      }
    }
  }

  /** The integer of a column in a block, counted over all groups, of a lane. */
  private int quant(int block, int lane, int k) {
    if (kind == Kind.Q4) {
      int t = nibblePair(k);
      int word = quants[(block * 4 + t / 4) * lanes + lane];
      return (word >>> (16 * ((k >> 1) & 1) + 4 * (t % 4))) & 15;
    }
    int word = quants[(block * 8 + k / 4) * lanes + lane];
    return (byte) (word >>> (8 * (k % 4)));
  }

  /** The pair in which a column of a block stands. */
  static int nibblePair(int k) {
    return 2 * (k / 4) + (k & 1);
  }
}
