package updraft.tornado.kernel;

/**
 * Numbers out of words, by operations that every back end compiles rightly: a shift to the right is
 * masked at once, so that it does not matter whether it drags the sign along. None has a float's
 * bits as an integer or the other way round: no back end of TornadoVM 5.2 compiles that.
 */
final class Numbers {
  /** Less than any score, and finite, since comparisons with infinities are not to be relied on. */
  static final float LOWEST = -1e30f;

  /**
   * What a finite number's square is multiplied with, so that only infinities and NaN are large.
   */
  private static final float TINY = 1e-30f;

  private Numbers() {}

  /** Byte {@code i} of a word, signed. */
  static float signedByte(int word, int i) {
    int unsigned = (word >> (8 * i)) & 0xff;
    return (float) ((unsigned ^ 0x80) - 0x80);
  }

  /** Nibble {@code i} of a word, unsigned. */
  static float nibble(int word, int i) {
    return (float) ((word >> (4 * i)) & 15);
  }

  /** To the nearest integer, halves away from zero. */
  static float round(float x) {
    int nearest = x < 0f ? (int) (x - 0.5f) : (int) (x + 0.5f);
    return (float) nearest;
  }

  /**
   * About 0 for a finite number; not finite for NaN and infinity. Sums of it tell the host what the
   * device must not compare.
   */
  static float trace(float x) {
    return x * x * TINY;
  }
}
