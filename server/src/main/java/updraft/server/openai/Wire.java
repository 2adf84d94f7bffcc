package updraft.server.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.request.GenerateResult;
import updraft.request.SpeculationStats;

/** OpenAI's response shapes, with our {@code speculation} object beside them. */
public final class Wire {
  private Wire() {}

  /** A whole answer or a chunk of one: choices are of text, of chat, or chat deltas. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Response(
      String id,
      String object,
      long created,
      String model,
      List<?> choices,
      @Nullable Usage usage,
      @Nullable Speculation speculation) {}

  public record TextChoice(
      int index,
      String text,
      @Nullable TextLogprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason) {}

  public record TextLogprobs(
      List<String> tokens,
      @JsonProperty("token_logprobs") List<Float> tokenLogprobs,
      @JsonProperty("top_logprobs") List<Map<String, Float>> topLogprobs,
      @JsonProperty("text_offset") List<Integer> textOffset) {}

  public record ChatChoice(
      int index,
      Message message,
      @Nullable ChatLogprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason) {}

  /** A choice in a stream's chunk. */
  public record ChatDelta(
      int index,
      Message delta,
      @Nullable ChatLogprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Message(
      @Nullable String role,
      @Nullable String content,
      @JsonProperty("tool_calls") @Nullable List<ToolCall> toolCalls) {
    public Message(@Nullable String role, @Nullable String content) {
      this(role, content, null);
    }
  }

  /**
   * A call that a model asks for, or in a stream a piece of one: the first has its id, type and
   * name.
   *
   * @param index its number among the answer's, in a stream alone
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ToolCall(
      @Nullable Integer index, @Nullable String id, @Nullable String type, ToolFunction function) {}

  /**
   * @param arguments as JSON, or some of it
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record ToolFunction(@Nullable String name, String arguments) {}

  public record ChatLogprobs(List<ChatLogprob> content) {}

  public record ChatLogprob(
      String token,
      float logprob,
      List<Integer> bytes,
      @JsonProperty("top_logprobs") List<TopLogprob> topLogprobs) {}

  public record TopLogprob(String token, float logprob, List<Integer> bytes) {}

  public record Usage(
      @JsonProperty("prompt_tokens") int promptTokens,
      @JsonProperty("completion_tokens") int completionTokens,
      @JsonProperty("total_tokens") int totalTokens,
      @JsonProperty("prompt_tokens_details") PromptDetails promptDetails,
      @JsonProperty("completion_tokens_details") CompletionDetails completionDetails) {

    public record PromptDetails(@JsonProperty("cached_tokens") int cachedTokens) {}

    public record CompletionDetails(
        @JsonProperty("accepted_prediction_tokens") int acceptedPredictionTokens,
        @JsonProperty("rejected_prediction_tokens") int rejectedPredictionTokens) {}

    public static Usage of(GenerateResult result) {
      int generated = result.completionTokens();
      SpeculationStats stats = result.speculation();
      return new Usage(
          result.promptTokens(),
          generated,
          result.promptTokens() + generated,
          new PromptDetails(result.cachedTokens()),
          new CompletionDetails(stats.accepted(), stats.drafted() - stats.accepted()));
    }
  }

  /** What drafting did; times in milliseconds. */
  public record Speculation(
      String method,
      int rounds,
      int drafted,
      int accepted,
      @JsonProperty("accept_length") double acceptLength,
      @JsonProperty("accept_rate") double acceptRate,
      List<Integer> histogram,
      @JsonProperty("draft_ms") double draftMs,
      @JsonProperty("verify_ms") double verifyMs,
      @JsonProperty("wasted_compute") double wastedCompute,
      @JsonProperty("predicted_speedup") double predictedSpeedup) {

    public static Speculation of(SpeculationStats stats) {
      return new Speculation(
          stats.method(),
          stats.rounds(),
          stats.drafted(),
          stats.accepted(),
          stats.acceptLength(),
          stats.acceptRate(),
          stats.histogram(),
          stats.draftNanos() / 1e6,
          stats.verifyNanos() / 1e6,
          stats.wastedCompute(),
          stats.predictedSpeedup());
    }
  }

  /** The native answer: that of {@code run --json}; times in milliseconds. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Generated(
      String model,
      @JsonProperty("prompt_tokens") int promptTokens,
      @JsonProperty("cached_tokens") int cachedTokens,
      @JsonProperty("completion_tokens") int completionTokens,
      @JsonProperty("token_ids") List<Integer> tokenIds,
      String text,
      @JsonProperty("finish_reason") String finishReason,
      @Nullable String error,
      long seed,
      @Nullable ChatLogprobs logprobs,
      Timings timings,
      Speculation speculation,
      @Nullable List<OtherChoice> choices) {}

  /** An answer beyond the first, when {@code n} asked for more. */
  public record OtherChoice(
      int index,
      @JsonProperty("token_ids") List<Integer> tokenIds,
      String text,
      @JsonProperty("finish_reason") String finishReason,
      @Nullable ChatLogprobs logprobs) {}

  public record Timings(
      @JsonProperty("load_ms") double loadMs,
      @JsonProperty("warmup_ms") double warmupMs,
      @JsonProperty("queued_ms") double queuedMs,
      @JsonProperty("prefill_ms") double prefillMs,
      @JsonProperty("time_to_first_token_ms") double timeToFirstTokenMs,
      @JsonProperty("decode_ms") double decodeMs,
      @JsonProperty("decode_tokens_per_second") double decodeTokensPerSecond) {}
}
