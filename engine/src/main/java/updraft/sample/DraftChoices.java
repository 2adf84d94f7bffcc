package updraft.sample;

import org.jspecify.annotations.Nullable;
import updraft.kernel.Exp;
import updraft.request.SamplingOptions;

/**
 * The tokens that a drafter's logits say the target is likeliest to choose next, and how likely.
 *
 * <p>At a temperature the target's token is the one of the largest {@code log p + noise}, and its
 * noise is known; so the tokens of the largest {@code log q + noise} are the likeliest, q being the
 * drafter's probabilities: the nearer q is to p, the more surely. Without noise they are those of
 * the largest q, which most samples miss. A token's probability is its share of {@code e^score}: it
 * would be the target's choice if its scores were these with as much noise again.
 *
 * <p>Of the options it heeds temperature, top-k, top-p and min-p, not what depends on history. Not
 * thread-safe; allocates nothing after construction.
 */
public final class DraftChoices {
  /** Tokens e^-14 times as likely as the likeliest are not looked at. */
  private static final float SPREAD = 14;

  private final int vocabulary;
  private final int @Nullable [] targetTokens;

  /** Tokens in question, by their own ids, and their scores. */
  private final int[] candidates;

  private final float[] scores;
  private int count;

  private final int[] tokens;
  private final float[] best;
  private int found;
  private float sum;

  /**
   * @param vocabulary logits a row
   * @param targetTokens by draft token the target's id; null when they are the same
   * @param most tokens ever asked for
   */
  public DraftChoices(int vocabulary, int @Nullable [] targetTokens, int most) {
    this.vocabulary = vocabulary;
    this.targetTokens = targetTokens;
    candidates = new int[vocabulary];
    scores = new float[vocabulary];
    tokens = new int[most];
    best = new float[most];
  }

  /**
   * Finds the k likeliest tokens.
   *
   * @param noise the target's, or null to go by the drafter's probabilities alone
   * @param position at which the token would stand
   * @return how many were found, at most k; none when a logit cannot be used
   */
  public int choose(
      float[] logits,
      int offset,
      SamplingOptions sampling,
      @Nullable GumbelNoise noise,
      int position,
      int k) {
    found = 0;
    sum = 0;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + vocabulary; i++) {
      max = Math.max(max, logits[i]); // NaN if one is NaN
    }
    if (!Float.isFinite(max)) {
      return 0;
    }
    float temperature = sampling.greedy() ? 1 : sampling.temperature();
    collect(logits, offset, max, temperature);
    if (!sampling.greedy()) {
      filter(sampling);
    }
    if (noise == null || sampling.greedy()) {
      for (int i = 0; i < count; i++) {
        enter(candidates[i], scores[i], k);
      }
    } else {
      enterWithNoise(noise, position, k);
    }
    return found;
  }

  private void collect(float[] logits, int offset, float max, float temperature) {
    float least = max - SPREAD * temperature;
    float inverse = 1 / Math.max(temperature, 1e-6f);
    count = 0;
    for (int token = 0; token < vocabulary; token++) {
      float logit = logits[offset + token];
      if (logit >= least) {
        candidates[count] = token;
        scores[count++] = (logit - max) * inverse;
      }
    }
  }

  /** Drops candidates that the target's filters would drop if it had these logits. */
  private void filter(SamplingOptions sampling) {
    if (sampling.minP() > 0) {
      keep((float) Math.log(sampling.minP()));
    }
    boolean topK = sampling.topK() > 0 && sampling.topK() < count;
    if (!topK && sampling.topP() >= 1) {
      return;
    }
    // halve the interval of scores until the least score that is kept is known well enough
    float low = -SPREAD;
    float high = 0;
    for (int step = 0; step < 16; step++) {
      float middle = (low + high) / 2;
      if (keepsEnough(middle, topK ? sampling.topK() : count, sampling.topP())) {
        low = middle;
      } else {
        high = middle;
      }
    }
    keep(low);
  }

  /** Whether the candidates above a score are as many, and as likely together, as are kept. */
  private boolean keepsEnough(float least, int topK, float topP) {
    int above = 0;
    double share = 0;
    double all = 0;
    for (int i = 0; i < count; i++) {
      float weight = Exp.exp(scores[i]);
      all += weight;
      if (scores[i] >= least) {
        above++;
        share += weight;
      }
    }
    return above >= topK || share >= topP * all;
  }

  private void keep(float least) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (scores[i] >= least) {
        candidates[kept] = candidates[i];
        scores[kept++] = scores[i];
      }
    }
    count = kept;
  }

  private void enterWithNoise(GumbelNoise noise, int position, int k) {
    for (int i = 0; i < count; i++) {
      int token = candidates[i];
      int word = noise.word(position, targetTokens == null ? token : targetTokens[token]);
      double bound = scores[i] + GumbelNoise.bound(GumbelNoise.leadingBits(word));
      if (found < k || bound > best[found - 1]) {
        enter(token, (float) (scores[i] + GumbelNoise.of(word)), k);
      } else {
        sum += Exp.exp((float) bound - 1); // what such a token weighs, about
      }
    }
  }

  /** Adds a token to the best, if it is one of them; of equals the earlier. */
  private void enter(int token, float score, int k) {
    sum += Exp.exp(score);
    if (found == k && score <= best[k - 1]) {
      return;
    }
    int place = found < k ? found++ : k - 1;
    while (place > 0 && best[place - 1] < score) {
      best[place] = best[place - 1];
      tokens[place] = tokens[place - 1];
      place--;
    }
    best[place] = score;
    tokens[place] = token;
  }

  /** The i-th likeliest, by the target's id. */
  public int token(int i) {
    return targetTokens == null ? tokens[i] : targetTokens[tokens[i]];
  }

  /** What q is after the filters, by the target's ids; those beyond its end have none. */
  public float[] distribution() {
    float[] q = new float[targetTokens == null ? vocabulary : 1 + largest(targetTokens)];
    float all = weights();
    for (int i = 0; i < count; i++) {
      int token = candidates[i];
      q[targetTokens == null ? token : targetTokens[token]] = Exp.exp(scores[i]) / all;
    }
    return q;
  }

  /** The probability by q that a token drawn from it has on average: knows of no token drawn. */
  public float expectedProbability() {
    float all = weights();
    float expected = 0;
    for (int i = 0; i < count; i++) {
      float q = Exp.exp(scores[i]) / all;
      expected += q * q;
    }
    return expected;
  }

  private float weights() {
    float all = 0;
    for (int i = 0; i < count; i++) {
      all += Exp.exp(scores[i]);
    }
    return all;
  }

  private static int largest(int[] values) {
    int most = 0;
    for (int value : values) {
      most = Math.max(most, value);
    }
    return most;
  }

  /** How likely the target is to choose the i-th likeliest. */
  public float probability(int i) {
    return Math.min(1, Exp.exp(best[i]) / sum);
  }
}
