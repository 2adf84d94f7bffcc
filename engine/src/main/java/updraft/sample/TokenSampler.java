package updraft.sample;

import java.util.Map;
import updraft.request.SamplingOptions;

/**
 * Chooses the tokens of one choice: argmax over v of {@code logit'[v] / T + g(seed, choice,
 * position, v)}, ties to the lowest id; greedy is the same without division and noise (the
 * Gumbel-max trick).
 *
 * <p>Order: repetition penalty (over prompt and answer), frequency and presence penalties (over the
 * answer), bias, temperature, then {@link CandidateFilter top-k, top-p, min-p} on the tempered
 * distribution. That is the order of vLLM, SGLang and Hugging Face; llama.cpp tempers last.
 *
 * <p>A choice depends on logits and the history committed before, on nothing else. Not thread-safe;
 * allocates nothing once its scratch has grown.
 */
public final class TokenSampler implements TokenChooser {
  private final SamplingOptions options;
  private final int choice;
  private final int vocabulary;
  private final TokenCounts counts = new TokenCounts();
  private final CandidateFilter filter;

  /** The bias as parallel arrays. */
  private final int[] biasTokens;

  private final float[] biases;

  /** Logits after penalties and bias, when there are any; else unused. */
  private final float[] adjusted;

  /**
   * @param choice which of the request's answers this is
   * @param prompt its tokens count for the repetition penalty
   * @param vocabulary logits a row
   */
  public TokenSampler(SamplingOptions options, int choice, int[] prompt, int vocabulary) {
    this.options = options;
    this.choice = choice;
    this.vocabulary = vocabulary;
    this.filter = new CandidateFilter(options);
    this.biasTokens = new int[options.logitBias().size()];
    this.biases = new float[biasTokens.length];
    int i = 0;
    for (Map.Entry<Integer, Float> bias : options.logitBias().entrySet()) {
      biasTokens[i] = bias.getKey();
      biases[i++] = bias.getValue();
    }
    this.adjusted = new float[adjusts() ? vocabulary : 0];
    if (options.usesHistory()) {
      for (int token : prompt) {
        counts.addPrompt(token);
      }
    }
  }

  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int choose(float[] logits, int offset, int position) {
    float[] values = logits;
    int from = offset;
    if (adjusts()) {
      adjust(logits, offset);
      values = adjusted;
      from = 0;
    }
    int token = options.greedy() ? argmax(values, from) : sample(values, from, position);
    if (options.usesHistory()) {
      counts.addAnswer(token);
    }
    return token;
  }

  private boolean adjusts() {
    return options.usesHistory() || biasTokens.length > 0;
  }

  private void adjust(float[] logits, int offset) {
    System.arraycopy(logits, offset, adjusted, 0, vocabulary);
    if (options.usesHistory()) {
      penalise();
    }
    for (int i = 0; i < biasTokens.length; i++) {
      adjusted[biasTokens[i]] += biases[i];
    }
  }

  private void penalise() {
    float repetition = options.repetitionPenalty();
    for (int place = 0; place < counts.capacity(); place++) {
      int token = counts.token(place);
      if (token < 0) {
        continue;
      }
      float logit = adjusted[token];
      logit = logit > 0 ? logit / repetition : logit * repetition;
      int count = counts.answerCount(place);
      if (count > 0) {
        logit -= count * options.frequencyPenalty() + options.presencePenalty();
      }
      adjusted[token] = logit;
    }
  }

  private int argmax(float[] values, int from) {
    float best = maximum(values, from);
    int v = 0;
    while (values[from + v] != best) {
      v++;
    }
    return v;
  }

  /** The largest logit; refuses rows from which nothing can be chosen. */
  private float maximum(float[] values, int from) {
    // Math.max passes a NaN on, and C2 turns the loop into VMAXPS with a fix-up for it
    float best = Float.NEGATIVE_INFINITY;
    for (int v = from; v < from + vocabulary; v++) {
      best = Math.max(best, values[v]);
    }
    if (Float.isNaN(best) || Float.isInfinite(best)) {
      throw new NonFiniteLogitsException(
          "logits must be numbers, not all of them -Infinity: largest logit=" + best);
    }
    return best;
  }

  private int sample(float[] values, int from, int position) {
    float largest = maximum(values, from) / options.temperature();
    if (filter.isOff()) {
      return sampleFromAll(values, from, position);
    }
    int candidates = filter.select(values, from, vocabulary, largest);
    int best = -1;
    float bestScore = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < candidates; i++) {
      int token = filter.token(i);
      float score = values[from + token] / options.temperature() + noise(position, token);
      if (score > bestScore || (score == bestScore && token < best)) {
        best = token;
        bestScore = score;
      }
    }
    return best;
  }

  /** Noise is drawn only for tokens that could still win with the largest noise there is. */
  private int sampleFromAll(float[] values, int from, int position) {
    float temperature = options.temperature();
    int best = argmax(values, from);
    float bestScore = values[from + best] / temperature + noise(position, best);
    for (int token = 0; token < vocabulary; token++) {
      float scaled = values[from + token] / temperature;
      if (scaled + GumbelNoise.MAX >= bestScore) {
        float score = scaled + noise(position, token);
        if (score > bestScore || (score == bestScore && token < best)) {
          best = token;
          bestScore = score;
        }
      }
    }
    return best;
  }

  private float noise(int position, int token) {
    return GumbelNoise.at(options.seed(), choice, position, token);
  }
}
