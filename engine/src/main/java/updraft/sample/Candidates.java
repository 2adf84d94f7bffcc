package updraft.sample;

import updraft.kernel.Exp;

/**
 * The tokens that are still in question, narrowed by top-k, top-p and min-p in turn, and the token
 * that the noise picks from those left.
 *
 * <p>A token is a key that sorts likeliest first: the logit's bits above, made to sort downwards,
 * and the token's id below, so equal logits stand in order of id. A filter keeps the first keys;
 * they are found by quickselect and never sorted.
 *
 * <p>The weight of a token is its probability relative to the likeliest, exp((logit - max) / T), in
 * units of 2^-43 and rounded down. Integers add up to the same sum in any order, so what top-p
 * keeps depends on no order of summation. Tokens below {@link #SPREAD} have no weight; a vocabulary
 * of them would not reach 10^-7.
 */
final class Candidates {
  /** exp(-SPREAD) is less than a unit of weight, and noise cannot make up for it either. */
  static final double SPREAD = 29.9;

  private static final float WEIGHT_ONE = 0x1p43f;

  /** Fewest keys to gather before top-k narrows them, so that it seldom has to. */
  private static final int GATHERED = 1024;

  private final SamplerScratch scratch;
  private final float inverseTemperature;
  private final double temperature;
  private final long[] keys;

  /** By token: its probability relative to the likeliest, of those left at least. */
  private final float[] relative;

  private int size;

  /** The largest logit. */
  private float max;

  /** State of the generator of pivots, whose numbers need not be good, only not foreseeable. */
  private int pivots = 1;

  Candidates(float temperature, SamplerScratch scratch) {
    this.temperature = temperature;
    // finite for the least temperatures too, so that 0 times it is 0
    inverseTemperature = (float) Math.min(1 / (double) temperature, Float.MAX_VALUE);
    this.scratch = scratch;
    keys = scratch.keys();
    relative = scratch.relative();
  }

  int size() {
    return size;
  }

  /** Starts with the k likeliest tokens that can still win. */
  void takeTop(float[] logits, int offset, int vocabulary, float largest, int k) {
    max = largest;
    size = 0;
    int full = (int) Math.min(vocabulary, Math.max(GATHERED, 2L * k));
    float least = leastLogit();
    for (int token = 0; token < vocabulary; token++) {
      float logit = logits[offset + token];
      if (logit >= least) {
        if (size == full) {
          keepTop(k);
          least = Math.max(least, logit(largestKey()));
        }
        if (logit >= least) {
          keys[size++] = key(logit, token);
        }
      }
    }
    keepTop(k);
    for (int i = 0; i < size; i++) {
      relative[token(keys[i])] = Exp.exp(scaled(logit(keys[i])));
    }
  }

  /**
   * Starts with the tokens that top-p over the whole vocabulary keeps, and returns at least those
   * that min-p keeps too.
   */
  void takeNucleus(
      float[] logits, int offset, int vocabulary, float largest, float topP, float minP) {
    max = largest;
    size = 0;
    long total = 0;
    for (int token = 0; token < vocabulary; token++) {
      relative[token] = scaled(logits[offset + token]);
    }
    scratch.exponentials(relative);
    for (int token = 0; token < vocabulary; token++) { // apart, so that C2 makes it vector code
      total += (long) (relative[token] * WEIGHT_ONE);
    }
    // all tokens below this together weigh less than what top-p may leave out
    float least = (float) ((1.0 - topP) * total / vocabulary) / WEIGHT_ONE;
    least = Math.max(Math.max(Math.nextDown(least), minP), 1 / WEIGHT_ONE);
    for (int token = 0; token < vocabulary; token++) {
      if (relative[token] >= least) {
        keys[size++] = key(logits[offset + token], token);
      }
    }
    if (topP < 1) {
      size = prefix(share(topP, total), false);
    }
  }

  /** Keeps the k likeliest. */
  private void keepTop(int k) {
    if (size > k) {
      size = prefix(k, true);
    }
  }

  /** Keeps the fewest likeliest tokens that make up this share of all that are left. */
  void keepNucleus(float topP) {
    long total = 0;
    for (int i = 0; i < size; i++) {
      total += weight(keys[i]);
    }
    size = prefix(share(topP, total), false);
  }

  /** Keeps tokens at least this fraction as likely as the likeliest. */
  void keepLikely(float minP) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (relative[token(keys[i])] >= minP) {
        keys[kept++] = keys[i];
      }
    }
    size = kept;
  }

  /** The token of those left that wins with its noise. */
  int draw(NoiseContest contest) {
    for (int i = 0; i < size; i++) {
      contest.enter(logit(keys[i]), token(keys[i]));
    }
    return contest.winner();
  }

  /** Writes the weights of the tokens that are left, relative to the likeliest. */
  void weigh(double[] weights) {
    for (int i = 0; i < size; i++) {
      weights[token(keys[i])] = Math.exp(((double) logit(keys[i]) - max) / temperature);
    }
  }

  private float leastLogit() {
    return (float) Math.max(max - SPREAD * temperature, -Float.MAX_VALUE);
  }

  private float scaled(float logit) {
    return (logit - max) * inverseTemperature;
  }

  private long weight(long key) {
    return (long) (relative[token(key)] * WEIGHT_ONE);
  }

  private static long share(float topP, long total) {
    return (long) Math.ceil((double) topP * total);
  }

  /**
   * Moves the fewest first keys that reach a target to the front and returns how many they are;
   * all, when all together do not reach it.
   *
   * @param counted whether each key counts 1, rather than its weight
   */
  private int prefix(long target, boolean counted) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = partition(low, high);
      long sum = 0;
      for (int i = low; i < middle && !counted; i++) {
        sum += weight(keys[i]);
      }
      if (counted) {
        sum = middle - low;
      }
      if (sum >= target) {
        high = middle;
      } else {
        sum += counted ? 1 : weight(keys[middle]);
        low = middle + 1;
        if (sum >= target) {
          return low;
        }
        target -= sum;
      }
    }
    return low;
  }

  /** Parts keys [low, high) around one of them and returns where it then stands. */
  private int partition(int low, int high) {
    pivots = pivots * 1664525 + 1013904223; // Numerical Recipes' constants
    int chosen = low + (int) (((pivots & 0xFFFFFFFFL) * (high - low)) >>> 32);
    long pivot = keys[chosen];
    keys[chosen] = keys[high - 1];
    int middle = low;
    for (int i = low; i < high - 1; i++) {
      long key = keys[i];
      keys[i] = keys[middle];
      keys[middle] = key;
      middle += key < pivot ? 1 : 0; // without a branch, which would be guessed wrong half the time
    }
    keys[high - 1] = keys[middle];
    keys[middle] = pivot;
    return middle;
  }

  private long largestKey() {
    long largest = keys[0];
    for (int i = 1; i < size; i++) {
      largest = Math.max(largest, keys[i]);
    }
    return largest;
  }

  /** Smaller for larger logits, then for smaller ids. */
  private static long key(float logit, int token) {
    int bits = Float.floatToRawIntBits(logit + 0f); // -0 and 0 are equal
    int ascending = bits ^ (bits >> 31 & 0x7FFFFFFF);
    return (long) ~ascending << 32 | token;
  }

  private static float logit(long key) {
    int ascending = ~(int) (key >> 32);
    return Float.intBitsToFloat(ascending ^ (ascending >> 31 & 0x7FFFFFFF));
  }

  private static int token(long key) {
    return (int) key;
  }
}
