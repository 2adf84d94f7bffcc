package updraft.sample;

import org.jspecify.annotations.Nullable;
import updraft.kernel.Exp;
import updraft.kernel.RowMath;

/**
 * Room to work in, up to 17 bytes a token of the vocabulary, taken when first needed: greedy
 * decoding without penalties needs none. Samplers of one thread may share it, since it holds
 * nothing between two tokens. Not thread-safe.
 */
public final class SamplerScratch {
  /** Elements that a kernel may clear behind a row. */
  private static final int PADDING = 16;

  private final int vocabulary;
  private final @Nullable RowMath rowMath;
  private float[] logits = {};
  private int[] blocks = {};
  private long[] keys = {};
  private float[] relative = {};

  /**
   * Scratch for scalar code.
   *
   * @param vocabulary logits a row, 1 to 2^20
   */
  public SamplerScratch(int vocabulary) {
    this(vocabulary, null);
  }

  /**
   * Scratch with kernels, which give the same bits as scalar code, sooner.
   *
   * @param vocabulary logits a row, 1 to 2^20
   */
  public SamplerScratch(int vocabulary, @Nullable RowMath rowMath) {
    if (vocabulary < 1 || vocabulary > 1 << 20) {
      throw new IllegalArgumentException(
          "vocabulary must be in [1, " + (1 << 20) + "]: vocabulary=" + vocabulary);
    }
    this.vocabulary = vocabulary;
    this.rowMath = rowMath;
  }

  /** Logits a row. */
  public int vocabulary() {
    return vocabulary;
  }

  /** The row that logits processors change. */
  float[] logits() {
    if (logits.length == 0) {
      logits = new float[vocabulary];
    }
    return logits;
  }

  /** Numbers of blocks of tokens that share a block of noise. */
  int[] blocks() {
    if (blocks.length == 0) {
      blocks = new int[vocabulary / GumbelNoise.BLOCK + 1];
    }
    return blocks;
  }

  /** See {@link Candidates}. */
  long[] keys() {
    if (keys.length == 0) {
      keys = new long[vocabulary];
    }
    return keys;
  }

  /** See {@link Candidates}. */
  float[] relative() {
    if (relative.length == 0) {
      relative = new float[vocabulary + PADDING];
    }
    return relative;
  }

  /** Turns a row's numbers, of which the largest is 0, into e to their power. */
  void exponentials(float[] row) {
    if (rowMath != null) {
      rowMath.exponentials(row, vocabulary);
      return;
    }
    for (int i = 0; i < vocabulary; i++) {
      row[i] = Exp.exp(row[i]);
    }
  }
}
