package updraft.request;

import java.util.Map;

/**
 * How a token is chosen from logits. Immutable; validated on construction.
 *
 * @param temperature 0 is greedy; at most 100
 * @param topK keep the k likeliest tokens; 0 keeps all
 * @param topP keep the smallest set of likeliest tokens whose probability reaches this; in (0, 1]
 * @param minP keep tokens at least this fraction as likely as the likeliest; in [0, 1]
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens seen in prompt
 *     or answer; in (0, 10], 1 is off
 * @param frequencyPenalty subtracted from a logit per occurrence in the answer; in [-2, 2]
 * @param presencePenalty subtracted once from logits of tokens in the answer; in [-2, 2]
 * @param logitBias added to logits, by token id; values in [-100, 100]
 * @param seed of the noise
 */
public record SamplingOptions(
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float frequencyPenalty,
    float presencePenalty,
    Map<Integer, Float> logitBias,
    long seed) {

  /** Greedy, without penalties or bias. */
  public static final SamplingOptions GREEDY = builder().build();

  public SamplingOptions {
    Check.range("temperature", temperature, 0, 100);
    Check.atLeast("top_k", topK, 0);
    Check.openRange("top_p", topP, 0, 1);
    Check.range("min_p", minP, 0, 1);
    Check.openRange("repetition_penalty", repetitionPenalty, 0, 10);
    Check.range("frequency_penalty", frequencyPenalty, -2, 2);
    Check.range("presence_penalty", presencePenalty, -2, 2);
    logitBias = Map.copyOf(logitBias);
    logitBias.forEach(
        (token, bias) -> {
          Check.atLeast("logit_bias token", token, 0);
          Check.range("logit_bias[" + token + "]", bias, -100, 100);
        });
  }

  /** Whether the likeliest token is always taken. */
  public boolean greedy() {
    return temperature == 0;
  }

  /** Whether a choice depends on the tokens before it beyond the model's own logits. */
  public boolean usesHistory() {
    return repetitionPenalty != 1 || frequencyPenalty != 0 || presencePenalty != 0;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Starts from greedy; every setter returns this builder. */
  public static final class Builder {
    private float temperature;
    private int topK;
    private float topP = 1;
    private float minP;
    private float repetitionPenalty = 1;
    private float frequencyPenalty;
    private float presencePenalty;
    private Map<Integer, Float> logitBias = Map.of();
    private long seed;

    public Builder temperature(float value) {
      temperature = value;
      return this;
    }

    public Builder topK(int value) {
      topK = value;
      return this;
    }

    public Builder topP(float value) {
      topP = value;
      return this;
    }

    public Builder minP(float value) {
      minP = value;
      return this;
    }

    public Builder repetitionPenalty(float value) {
      repetitionPenalty = value;
      return this;
    }

    public Builder frequencyPenalty(float value) {
      frequencyPenalty = value;
      return this;
    }

    public Builder presencePenalty(float value) {
      presencePenalty = value;
      return this;
    }

    public Builder logitBias(Map<Integer, Float> value) {
      logitBias = value;
      return this;
    }

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public SamplingOptions build() {
      return new SamplingOptions(
          temperature,
          topK,
          topP,
          minP,
          repetitionPenalty,
          frequencyPenalty,
          presencePenalty,
          logitBias,
          seed);
    }
  }
}
