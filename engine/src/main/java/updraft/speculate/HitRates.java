package updraft.speculate;

import java.util.Arrays;

/**
 * How often the target's token was among those that followed a match before, by the match's length:
 * running averages that start from a guess and follow what is observed.
 */
final class HitRates {
  private static final int LENGTHS = 32;

  private final float[] rates = new float[LENGTHS];
  private final float step;

  /**
   * @param step weight of the latest observation
   */
  HitRates(float step) {
    this.step = step;
    for (int length = 0; length < LENGTHS; length++) {
      rates[length] = Math.min(0.9f, 0.2f + 0.08f * length);
    }
  }

  /** Starts from what another has learned. */
  HitRates(HitRates other, float step) {
    this.step = step;
    System.arraycopy(other.rates, 0, rates, 0, LENGTHS);
  }

  float rate(int length) {
    return rates[Math.min(length, LENGTHS - 1)];
  }

  void observe(int length, boolean hit) {
    int i = Math.min(length, LENGTHS - 1);
    rates[i] += step * ((hit ? 1 : 0) - rates[i]);
  }

  @Override
  public String toString() {
    return Arrays.toString(rates);
  }
}
