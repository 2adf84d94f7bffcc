package updraft.sample;

import updraft.request.SamplingOptions;

/**
 * Repetition, frequency and presence penalties.
 *
 * <p>The repetition penalty (CTRL, Keskar et al. 2019) looks at prompt and answer, divides positive
 * and multiplies negative logits; OpenAI's two look at the answer alone and subtract {@code
 * frequency × occurrences} and {@code presence} once.
 */
final class Penalties implements LogitsProcessor {
  private final float repetition;
  private final float frequency;
  private final float presence;
  private final TokenCounts counts = new TokenCounts();

  Penalties(SamplingOptions options, int[] prompt) {
    repetition = options.repetitionPenalty();
    frequency = options.frequencyPenalty();
    presence = options.presencePenalty();
    for (int token : prompt) {
      counts.addPrompt(token);
    }
  }

  @Override
  public void apply(float[] logits) {
    for (int place = 0; place < counts.capacity(); place++) {
      int token = counts.token(place);
      if (token >= 0) {
        logits[token] = penalised(logits[token], counts.answerCount(place));
      }
    }
  }

  private float penalised(float logit, int occurrences) {
    float changed = logit > 0 ? logit / repetition : logit * repetition;
    if (occurrences > 0) {
      changed -= frequency * occurrences;
      changed -= presence;
    }
    return changed;
  }

  @Override
  public void commit(int token) {
    counts.addAnswer(token);
  }
}
