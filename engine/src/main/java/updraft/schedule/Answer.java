package updraft.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult.Choice;
import updraft.request.TokenLogprob;
import updraft.sample.StopMatcher;
import updraft.text.Tokenizer;
import updraft.text.Utf8Stream;

/**
 * The text of a choice, and whether it ends here. Text is held back while it is half a character or
 * may become a stop string. When nobody wants it token by token it is made at the end, so that a
 * token allocates nothing.
 */
final class Answer {
  private final GenerateRequest request;
  private final Tokenizer tokenizer;
  private final boolean streamed;
  private final Utf8Stream utf8 = new Utf8Stream();
  private final StopMatcher stops;
  private final StringBuilder text = new StringBuilder();
  private final @Nullable List<TokenLogprob> logprobs;
  private int length;
  private @Nullable FinishReason reason;

  /**
   * @param listened whether somebody hears of each token's text
   */
  Answer(GenerateRequest request, Tokenizer tokenizer, boolean listened) {
    this.request = request;
    this.tokenizer = tokenizer;
    this.streamed = listened || !request.stop().isEmpty();
    this.stops = new StopMatcher(request.stop());
    this.logprobs = request.logprobs() < 0 ? null : new ArrayList<>();
  }

  /** Takes the next token and returns the text that may be shown because of it. */
  String append(int token, @Nullable TokenLogprob logprob) {
    length++;
    if (logprobs != null && logprob != null) {
      logprobs.add(logprob);
    }
    String shown = streamed ? show(token) : "";
    boolean ended = tokenizer.isEndOfGeneration(token) && !request.ignoreEos();
    if (ended || stops.matched()) {
      reason = FinishReason.STOP;
    } else if (length == request.maxTokens()) {
      reason = FinishReason.LENGTH;
    }
    return shown;
  }

  private String show(int token) {
    if (tokenizer.isEndOfGeneration(token)) {
      return "";
    }
    String shown = stops.append(utf8.append(tokenizer.bytes(token)));
    text.append(shown);
    return shown;
  }

  /** Why it ended with the last token, or null while it goes on. */
  @Nullable FinishReason reason() {
    return reason;
  }

  /** Releases what was held back, which may still complete a stop string. */
  String finish() {
    String rest = stops.append(utf8.finish()) + stops.finish();
    text.append(rest);
    return rest;
  }

  /**
   * The finished choice.
   *
   * @param tokens holds this answer's from {@code from} to {@code to}
   */
  Choice choice(int[] tokens, int from, int to, FinishReason reason, @Nullable String error) {
    int[] own = Arrays.copyOfRange(tokens, from, to);
    if (!streamed) {
      for (int token : own) {
        show(token);
      }
      finish();
    }
    List<Integer> ids = Arrays.stream(own).boxed().toList();
    return new Choice(ids, text.toString(), reason, logprobs, error);
  }
}
