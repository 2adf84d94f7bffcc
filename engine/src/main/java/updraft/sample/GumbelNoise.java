package updraft.sample;

/**
 * Gumbel noise as a function of seed, choice, position and token: no state, so the same noise meets
 * a token whatever was drafted, and drafters can see it too.
 *
 * <p>Philox4x32-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011), keyed by
 * the seed, counted by token, position and choice; a uniform u of 24 bits, never 0 or 1, becomes g
 * = −ln(−ln u). Logarithms are {@link StrictMath}'s, whose bits are the same on every machine.
 */
public final class GumbelNoise {
  /** No noise is larger: −ln(−ln(1 − 2⁻²⁵)), rounded up. */
  public static final float MAX = 17.34f;

  private static final int MULTIPLIER_0 = 0xD2511F53;
  private static final int MULTIPLIER_1 = 0xCD9E8D57;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;
  private static final int ROUNDS = 10;

  private GumbelNoise() {}

  /** The noise of a token at a position of one of a request's choices. */
  public static float at(long seed, int choice, int position, int token) {
    int bits = philox(token >>> 2, position, choice, 0, (int) seed, (int) (seed >>> 32), token & 3);
    double u = ((bits >>> 8) + 0.5) * 0x1p-24;
    return (float) -StrictMath.log(-StrictMath.log(u));
  }

  /** One word of the block that Philox makes of a counter (c0 … c3) and a key (k0, k1). */
  static int philox(int c0, int c1, int c2, int c3, int k0, int k1, int word) {
    int x0 = c0;
    int x1 = c1;
    int x2 = c2;
    int x3 = c3;
    int key0 = k0;
    int key1 = k1;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = (MULTIPLIER_0 & 0xffffffffL) * (x0 & 0xffffffffL);
      long product1 = (MULTIPLIER_1 & 0xffffffffL) * (x2 & 0xffffffffL);
      x0 = (int) (product1 >>> 32) ^ x1 ^ key0;
      x1 = (int) product1;
      x2 = (int) (product0 >>> 32) ^ x3 ^ key1;
      x3 = (int) product0;
      key0 += WEYL_0;
      key1 += WEYL_1;
    }
    return switch (word) {
      case 0 -> x0;
      case 1 -> x1;
      case 2 -> x2;
      default -> x3;
    };
  }
}
