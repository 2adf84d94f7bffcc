package updraft.request;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A served request.
 *
 * @param cachedTokens prompt tokens whose keys and values came from the prefix cache
 * @param speculation totals over all choices
 */
public record GenerateResult(
    String id,
    int promptTokens,
    int cachedTokens,
    List<Choice> choices,
    Timings timings,
    SpeculationStats speculation) {

  public GenerateResult {
    choices = List.copyOf(choices);
  }

  /** Tokens generated over all choices. */
  public int completionTokens() {
    return choices.stream().mapToInt(choice -> choice.tokens().size()).sum();
  }

  /**
   * One answer.
   *
   * @param tokens generated ids, an ending token included
   * @param text without stop string or end-of-sequence token
   * @param logprobs one per token, or null when not asked for
   * @param error one line when {@code reason} is ERROR or ABORT, else null
   */
  public record Choice(
      List<Integer> tokens,
      String text,
      FinishReason reason,
      @Nullable List<TokenLogprob> logprobs,
      @Nullable String error) {
    public Choice {
      tokens = List.copyOf(tokens);
      logprobs = logprobs == null ? null : List.copyOf(logprobs);
    }
  }

  /**
   * Nanoseconds.
   *
   * @param queuedNanos submission to first forward
   * @param prefillNanos first forward to first token
   * @param firstTokenNanos submission to first token
   * @param decodeNanos first token to last
   */
  public record Timings(
      long queuedNanos, long prefillNanos, long firstTokenNanos, long decodeNanos) {}
}
