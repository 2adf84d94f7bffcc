package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.math.TornadoMath;

/**
 * Gumbel noise from a counter, as {@code updraft.sample.GumbelNoise} has it: Philox4x32-10 (Salmon
 * and others, 2011) with the seed as key and (token / 4, position, choice, 0) as counter. The words
 * are the engine's own, bit for bit; the noise made of them is in single precision here, so that a
 * choice can differ from the engine's where two candidates are within some 1e-5.
 */
final class Noise {
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int KEY_STEP_0 = 0x9E3779B9;
  private static final int KEY_STEP_1 = 0xBB67AE85;
  private static final long LOW = 0xFFFFFFFFL;

  /** 2^-32. */
  private static final float UNIT = 0x1p-32f;

  private Noise() {}

  /** The word of a token that would stand at a position. */
  static int word(int keyLow, int keyHigh, int choice, int position, int token) {
    int c0 = token / 4;
    int c1 = position;
    int c2 = choice;
    int c3 = 0;
    int k0 = keyLow;
    int k1 = keyHigh;
    for (int round = 0; round < 10; round++) {
      long product0 = MULTIPLIER_0 * (c0 & LOW);
      long product1 = MULTIPLIER_1 * (c2 & LOW);
      int high0 = (int) ((product0 >> 32) & LOW);
      int high1 = (int) ((product1 >> 32) & LOW);
      c0 = high1 ^ c1 ^ k0;
      c1 = (int) (product1 & LOW);
      c2 = high0 ^ c3 ^ k1;
      c3 = (int) (product0 & LOW);
      k0 = k0 + KEY_STEP_0;
      k1 = k1 + KEY_STEP_1;
    }
    int which = token % 4;
    int word = c0;
    word = which == 1 ? c1 : word;
    word = which == 2 ? c2 : word;
    word = which == 3 ? c3 : word;
    return word;
  }

  /** {@code -log(-log(u))} of {@code u = (word + 1/2) / 2^32}, the word taken as unsigned. */
  static float gumbel(int word) {
    float high = (float) ((word >> 16) & 0xffff);
    float low = (float) (word & 0xffff) + 0.5f;
    float u = (high * 65536f + low) * UNIT;
    // 1 - u, of the complement: exact where u is near 1 and a float of u is not
    float v = ((65535f - high) * 65536f + (65536f - low)) * UNIT;
    float negativeLog = 0f;
    if (v < 0.015625f) {
      negativeLog = v * (1f + v * (0.5f + v * (0.33333334f + v * (0.25f + v * 0.2f))));
    } else {
      negativeLog = -TornadoMath.log(u);
    }
    return -TornadoMath.log(negativeLog);
  }
}
