package updraft.model;

import java.util.Locale;
import java.util.Objects;

/**
 * A weight matrix as the kernels read it: groups of {@code lanes} rows interleaved, so that each
 * row of a group has a vector lane of its own. Immutable and thread-safe.
 *
 * <p>A group is a sequence of blocks of columns, a block a sequence of vectors of {@code lanes}
 * words of 32 bits, a row's words in its lane: first {@link Kind#quantWords} words of integers,
 * then {@link Kind#scaleWords} words of scales. So a product reads one stream from front to back.
 * In the integers, with column k counted within the block,
 *
 * <ul>
 *   <li>of 8 bits: word c holds columns 4c … 4c+3, lowest byte first;
 *   <li>of 4 bits: word c holds columns 8c … 8c+3 in the low nibbles of its bytes and 8c+4 … 8c+7
 *       in the high ones, lowest byte first.
 * </ul>
 *
 * <p>So with the low nibbles, the high nibbles, or the bytes of a word go four columns in order,
 * and with its even and odd bytes pairs of columns that are two apart: pair t is columns 4⌊t/2⌋ +
 * (t mod 2) and two further. Activations are packed once for either.
 *
 * @param kind what a weight is made of
 * @param rows outputs, without the padding of the last group
 * @param columns inputs
 * @param lanes rows a group: 4, 8 or 16
 * @param words shape (groups, blocks, words a block, lanes)
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose: megabytes of weights
public record PackedMatrix(Kind kind, int rows, int columns, int lanes, int[] words) {

  /** Columns over which activations share a scale. */
  public static final int BLOCK = 32;

  /** What a weight is made of. */
  public enum Kind {
    /** Unsigned nibbles; scale and minimum as 16-bit floats in one word, scale below. */
    Q4(32, 4, 1),
    /** Unsigned nibbles; a word of scale and one of minimum. */
    Q4_WIDE(32, 4, 2),
    /** Signed bytes; a scale. */
    Q8(32, 8, 1),
    /** Signed bytes; a word of scale and one of minimum. */
    Q8_MIN(32, 8, 2),
    /** Signed bytes; a scale for half as many columns as activations have. */
    Q8_HALVES(16, 4, 1),
    /** A float of 32 bits a word. */
    F32(1, 1, 0),
    /** Two finite floats of 16 bits a word, the even column below. */
    F16(2, 1, 0),
    /** Two brain floats of 16 bits a word, the even column below. */
    BF16(2, 1, 0);

    private final int columns;
    private final int quantWords;
    private final int scaleWords;

    Kind(int columns, int quantWords, int scaleWords) {
      this.columns = columns;
      this.quantWords = quantWords;
      this.scaleWords = scaleWords;
    }

    /** Columns of a block. */
    public int columns() {
      return columns;
    }

    /** Words of a row's block that hold its integers, or floats. */
    public int quantWords() {
      return quantWords;
    }

    /** Words of a row's block that hold scale and minimum. */
    public int scaleWords() {
      return scaleWords;
    }

    /** Words of a row's block. */
    public int words() {
      return quantWords + scaleWords;
    }

    /** Whether weights are floats, which meet activations that are not quantised. */
    public boolean isFloat() {
      return scaleWords == 0;
    }
  }

  public PackedMatrix {
    Objects.requireNonNull(kind, "kind");
    long expected = words(kind, rows, columns, lanes);
    if (words.length != expected) {
      throw new IllegalArgumentException(
          "words must fill the groups: words=" + words.length + ", needed=" + expected);
    }
  }

  /**
   * A matrix of zeros.
   *
   * @throws IllegalArgumentException if its words are more than an array holds
   */
  public static PackedMatrix zeros(Kind kind, int rows, int columns, int lanes) {
    long words = words(kind, rows, columns, lanes);
    if (words > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a matrix must have fewer than 2^31 words: words=%d, rows=%d, columns=%d",
              words,
              rows,
              columns));
    }
    return new PackedMatrix(kind, rows, columns, lanes, new int[(int) words]);
  }

  /** Words that a matrix takes, which may be more than an array holds. */
  private static long words(Kind kind, int rows, int columns, int lanes) {
    return (long) groups(rows, lanes) * lanes * blocks(kind, columns) * kind.words();
  }

  private static int groups(int rows, int lanes) {
    return (rows + lanes - 1) / lanes;
  }

  private static int blocks(Kind kind, int columns) {
    return (columns + kind.columns - 1) / kind.columns;
  }

  public int groups() {
    return groups(rows, lanes);
  }

  /** Blocks of a row. */
  public int blocks() {
    return blocks(kind, columns);
  }

  /** Bytes of memory. */
  public long bytes() {
    return 4L * words.length;
  }

  /** Turns one row back into floats, exactly as the file's format defines them. */
  public void dequantizeRow(int row, float[] target, int offset) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException("row must be in [0, " + rows + "): row=" + row);
    }
    for (int block = 0; block < blocks(); block++) {
      int at = start(row, block);
      int first = block * kind.columns;
      for (int k = 0; k < kind.columns && first + k < columns; k++) {
        target[offset + first + k] = kind.isFloat() ? weight(at, k) : scaled(at, k);
      }
    }
  }

  /** Where the words of a row's block begin; they are {@code lanes} apart. */
  int start(int row, int block) {
    return ((row / lanes * blocks() + block) * kind.words()) * lanes + row % lanes;
  }

  private float weight(int at, int k) {
    int word = words[at];
    return switch (kind) {
      case F16 -> Float.float16ToFloat((short) (k == 0 ? word : word >> 16));
      case BF16 -> Float.intBitsToFloat(k == 0 ? word << 16 : word & 0xffff0000);
      default -> Float.intBitsToFloat(word);
    };
  }

  private float scaled(int at, int k) {
    int quant = quant(at, k);
    int scale = words[at + kind.quantWords * lanes];
    return switch (kind) {
      case Q4 ->
          Float.float16ToFloat((short) scale) * quant + Float.float16ToFloat((short) (scale >> 16));
      case Q4_WIDE, Q8_MIN ->
          Float.intBitsToFloat(scale) * quant
              + Float.intBitsToFloat(words[at + (kind.quantWords + 1) * lanes]);
      default -> Float.intBitsToFloat(scale) * quant;
    };
  }

  private int quant(int at, int k) {
    if (kind == Kind.Q4 || kind == Kind.Q4_WIDE) {
      return (words[at + k / 8 * lanes] >>> (8 * (k % 4) + k % 8 / 4 * 4)) & 15;
    }
    return (byte) (words[at + k / 4 * lanes] >>> (8 * (k % 4)));
  }
}
