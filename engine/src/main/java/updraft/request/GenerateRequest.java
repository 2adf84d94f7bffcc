package updraft.request;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One request: a prompt of token ids and how to continue it. Immutable; limits that depend on the
 * model (context length, vocabulary) are checked when it is submitted.
 *
 * @param id chosen by the caller or random
 * @param prompt token ids, at least one
 * @param maxTokens most tokens to generate for a choice, at least 1
 * @param choices answers to the same prompt, 1 to 16
 * @param sampling how tokens are chosen
 * @param speculation how far to draft
 * @param stop strings that end a choice and are not part of its text; at most 16, none empty
 * @param ignoreEos go on after an end-of-sequence token
 * @param logprobs -1 for none, else the number of alternatives to report beside each token, 0 to 20
 * @param prediction token ids the answer may contain, to draft from; may be empty
 * @param grammar what an answer's text must match, in GBNF, or null for anything
 * @param timeout from submission to the last token, or null for none
 * @param trace where its spans belong
 */
@SuppressWarnings("ArrayRecordComponent") // never mutated after construction: cloned on the way in
public record GenerateRequest(
    String id,
    int[] prompt,
    int maxTokens,
    int choices,
    SamplingOptions sampling,
    SpeculationOptions speculation,
    List<String> stop,
    boolean ignoreEos,
    int logprobs,
    int[] prediction,
    @Nullable String grammar,
    @Nullable Duration timeout,
    TraceRequest trace) {

  public static final int MAX_STOP = 16;
  public static final int MAX_CHOICES = 16;
  public static final int MAX_LOGPROBS = 20;

  public GenerateRequest {
    prompt = prompt.clone();
    prediction = prediction.clone();
    stop = List.copyOf(stop);
    if (prompt.length == 0) {
      throw new InvalidRequestException(
          "prompt", "prompt must hold at least one token: prompt_tokens=0");
    }
    Check.atLeast("max_tokens", maxTokens, 1);
    Check.range("n", choices, 1, MAX_CHOICES);
    Check.range("logprobs", logprobs, -1, MAX_LOGPROBS);
    if (stop.size() > MAX_STOP) {
      throw new InvalidRequestException(
          "stop", "stop must hold at most " + MAX_STOP + " strings: stop=" + stop.size());
    }
    if (stop.contains("")) {
      throw new InvalidRequestException("stop", "stop must not hold an empty string");
    }
    if (grammar != null && ignoreEos) {
      throw new InvalidRequestException(
          "ignore_eos", "ignore_eos must be false when a grammar says where the answer ends");
    }
    if (timeout != null && (timeout.isNegative() || timeout.isZero())) {
      throw new InvalidRequestException("timeout", "timeout must be positive: timeout=" + timeout);
    }
  }

  public static Builder builder(int... prompt) {
    return new Builder(prompt);
  }

  /**
   * Where a request's spans belong.
   *
   * @param level 0 (off) to 3, or null for the engine's level
   * @param headers W3C trace context of the caller ({@code traceparent}, {@code tracestate})
   * @param operation the span's name before the model's: {@code chat} or {@code text_completion}
   * @param tokenizeNanos time that the prompt's text took to become tokens, just before submission;
   *     0 when there was none
   * @param record whether its rounds are recorded, to be looked into afterwards
   */
  public record TraceRequest(
      @Nullable Integer level,
      Map<String, String> headers,
      String operation,
      long tokenizeNanos,
      boolean record) {
    public static final TraceRequest NONE = new TraceRequest(null, Map.of(), "text_completion");

    public TraceRequest {
      headers = Map.copyOf(headers);
      if (level != null) {
        Check.range("trace_level", level, 0, 3);
      }
      tokenizeNanos = Math.max(0, tokenizeNanos);
    }

    public TraceRequest(@Nullable Integer level, Map<String, String> headers, String operation) {
      this(level, headers, operation, 0, false);
    }

    public TraceRequest withTokenizeNanos(long value) {
      return new TraceRequest(level, headers, operation, value, record);
    }

    public TraceRequest withRecord(boolean value) {
      return new TraceRequest(level, headers, operation, tokenizeNanos, value);
    }
  }

  /** Starts from a greedy answer of up to 128 tokens with automatic speculation. */
  public static final class Builder {
    private final int[] prompt;
    private String id = UUID.randomUUID().toString();
    private int maxTokens = 128;
    private int choices = 1;
    private SamplingOptions sampling = SamplingOptions.GREEDY;
    private SpeculationOptions speculation = SpeculationOptions.AUTO;
    private List<String> stop = List.of();
    private boolean ignoreEos;
    private int logprobs = -1;
    private int[] prediction = {};
    private @Nullable String grammar;
    private @Nullable Duration timeout;
    private TraceRequest trace = TraceRequest.NONE;

    private Builder(int[] prompt) {
      this.prompt = prompt;
    }

    public Builder id(String value) {
      id = value;
      return this;
    }

    public Builder maxTokens(int value) {
      maxTokens = value;
      return this;
    }

    public Builder choices(int value) {
      choices = value;
      return this;
    }

    public Builder sampling(SamplingOptions value) {
      sampling = value;
      return this;
    }

    public Builder speculation(SpeculationOptions value) {
      speculation = value;
      return this;
    }

    public Builder stop(List<String> value) {
      stop = value;
      return this;
    }

    public Builder ignoreEos(boolean value) {
      ignoreEos = value;
      return this;
    }

    public Builder logprobs(int value) {
      logprobs = value;
      return this;
    }

    public Builder prediction(int... value) {
      prediction = value;
      return this;
    }

    public Builder grammar(@Nullable String value) {
      grammar = value;
      return this;
    }

    public Builder timeout(@Nullable Duration value) {
      timeout = value;
      return this;
    }

    public Builder trace(TraceRequest value) {
      trace = value;
      return this;
    }

    public GenerateRequest build() {
      return new GenerateRequest(
          id,
          prompt,
          maxTokens,
          choices,
          sampling,
          speculation,
          stop,
          ignoreEos,
          logprobs,
          prediction,
          grammar,
          timeout,
          trace);
    }
  }
}
