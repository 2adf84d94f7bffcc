package updraft.sample;

/**
 * The search for the token of the largest {@code logit / T + noise}, sparing logarithms: the
 * leading bits of a token's noise bound it, and for each number of them it is known how large a
 * logit must be to win yet. Most tokens fail that one comparison.
 *
 * <p>Logits are taken relative to the largest, so that a small temperature does not drown the
 * noise. Of equals the lowest id wins, in whatever order they come.
 */
final class NoiseContest {
  private final GumbelNoise noise;
  private final double temperature;

  /** By leading bits of a word, 0 to 32: no smaller logit can win with such noise. */
  private final float[] leastLogits = new float[Integer.SIZE + 1];

  private float max;
  private int position;
  private int winner;
  private double best;

  NoiseContest(GumbelNoise noise, float temperature) {
    this.noise = noise;
    this.temperature = temperature;
  }

  /**
   * Begins with a token of the largest logit, the likeliest to win.
   *
   * @param newMax the largest logit
   */
  void start(int newPosition, float newMax, int token) {
    position = newPosition;
    max = newMax;
    lead(token, noise.at(position, token));
  }

  /** A smaller logit cannot win, whatever its noise. */
  float leastLogit() {
    return leastLogits[Integer.SIZE];
  }

  /** The words of a block of tokens at the contest's position; see {@link GumbelNoise#block}. */
  int[] words(int block) {
    return noise.block(position, block);
  }

  /** A token enters. */
  void enter(float logit, int token) {
    if (logit >= leastLogit()) {
      enter(logit, token, noise.word(position, token));
    }
  }

  /** A token enters with the word that is its noise. */
  void enter(float logit, int token, int word) {
    if (logit >= leastLogits[GumbelNoise.leadingBits(word)]) {
      double score = ((double) logit - max) / temperature + GumbelNoise.of(word);
      if (score > best || (score == best && token < winner)) {
        lead(token, score);
      }
    }
  }

  int winner() {
    return winner;
  }

  private void lead(int token, double score) {
    winner = token;
    best = score;
    for (int bits = 0; bits < leastLogits.length; bits++) {
      double reach = temperature * (GumbelNoise.bound(bits) - best);
      double least = max - reach - 1e-9 * (Math.abs(max) + Math.abs(reach)); // for rounding
      leastLogits[bits] = (float) Math.max(Math.nextDown((float) least), -Float.MAX_VALUE);
    }
  }
}
