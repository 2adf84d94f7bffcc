package updraft.sample;

/**
 * Gumbel noise g = -log(-log(u)) by position and token: the token with the largest {@code
 * log-probability + g} is distributed as the probabilities say (the Gumbel-max trick). A function
 * of (seed, choice, position, token) with the same bits on every machine, so whoever knows these
 * four, a drafter too, sees the noise that the target will be sampled with.
 *
 * <p>u = (word + 1/2) / 2^32 with a word of {@link Philox}, whose key is the seed and whose counter
 * is (token / 4, position, choice, 0); a block's words are those of four neighbouring tokens.
 * {@link StrictMath#log} is the same everywhere, which {@link Math#log} is not bound to be.
 *
 * <p>Not thread-safe: a block is kept in scratch.
 */
public final class GumbelNoise {
  /** The largest noise, of u = 1 - 2^-33: 33 log 2, about 22.87. */
  public static final double MAX = of(0xFFFFFFFF);

  /** The least noise, of u = 2^-33: -log(33 log 2), about -3.13. */
  public static final double MIN = of(0);

  /** Tokens whose words are drawn together. */
  static final int BLOCK = Philox.WORDS;

  private static final double LOG_2 = 0.6931471805599453;

  /** Keeps {@link #bound} above the rounding of both logarithms. */
  private static final double ROUNDING = 1e-9;

  private final int keyLow;
  private final int keyHigh;
  private final int choice;
  private final int[] words = new int[BLOCK];

  /**
   * @param seed of the request
   * @param choice which of its answers
   */
  public GumbelNoise(long seed, int choice) {
    keyLow = (int) seed;
    keyHigh = (int) (seed >>> 32);
    this.choice = choice;
  }

  /** The noise of a token that would stand at a position. */
  public double at(int position, int token) {
    return of(word(position, token));
  }

  int word(int position, int token) {
    return block(position, token / BLOCK)[token % BLOCK];
  }

  /** The words of tokens 4 × block and the three that follow it; valid until the next call. */
  int[] block(int position, int block) {
    Philox.block(block, position, choice, 0, keyLow, keyHigh, words);
    return words;
  }

  /** The noise that a word gives; grows with the word, taken as unsigned. */
  static double of(int word) {
    double u = ((word & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
    return -StrictMath.log(-StrictMath.log(u));
  }

  /** How many leading bits of a word are ones: the more, the larger its noise. */
  static int leadingBits(int word) {
    return Integer.numberOfLeadingZeros(~word);
  }

  /**
   * At least the noise of every word with so many leading bits, 0 to 32, and where it matters at
   * most log 2 more: -log(u) exceeds 1 - u, which these bits bound from below.
   */
  static double bound(int leadingBits) {
    return (leadingBits + 1) * LOG_2 + ROUNDING;
  }
}
