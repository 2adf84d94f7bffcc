package updraft.sample;

/**
 * Uniform numbers in (0, 1) by position and index, apart from the noise that tokens are chosen
 * with: for verifiers that toss coins. A function of (seed, choice, position, index).
 */
public final class Coins {
  private final long seed;
  private final int choice;
  private final int[] words = new int[Philox.WORDS];

  public Coins(long seed, int choice) {
    this.seed = seed;
    this.choice = choice;
  }

  public double at(int position, int index) {
    // the last word of the counter is 0 for noise
    Philox.block(index, position, choice, 1, (int) seed, (int) (seed >>> 32), words);
    return ((words[0] & 0xFFFFFFFFL) + 0.5) * 0x1p-32;
  }
}
