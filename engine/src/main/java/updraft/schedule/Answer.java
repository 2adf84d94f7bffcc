package updraft.schedule;

import java.util.ArrayList;
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
 * What a choice has generated: tokens, text, and whether it ends here. Text is held back while it
 * is half a character or may become a stop string.
 */
final class Answer {
  private final GenerateRequest request;
  private final Tokenizer tokenizer;
  private final Utf8Stream utf8 = new Utf8Stream();
  private final StopMatcher stops;
  private final StringBuilder text = new StringBuilder();
  private final List<Integer> tokens = new ArrayList<>();
  private final @Nullable List<TokenLogprob> logprobs;
  private @Nullable FinishReason reason;

  Answer(GenerateRequest request, Tokenizer tokenizer) {
    this.request = request;
    this.tokenizer = tokenizer;
    this.stops = new StopMatcher(request.stop());
    this.logprobs = request.logprobs() < 0 ? null : new ArrayList<>();
  }

  /** Takes the next token and returns the text that may be shown because of it. */
  String append(int token, @Nullable TokenLogprob logprob) {
    tokens.add(token);
    if (logprobs != null && logprob != null) {
      logprobs.add(logprob);
    }
    String shown = "";
    if (tokenizer.isEndOfGeneration(token)) {
      if (!request.ignoreEos()) {
        reason = FinishReason.STOP;
      }
    } else {
      shown = stops.append(utf8.append(tokenizer.bytes(token)));
      if (stops.matched()) {
        reason = FinishReason.STOP;
      }
    }
    if (reason == null && tokens.size() == request.maxTokens()) {
      reason = FinishReason.LENGTH;
    }
    text.append(shown);
    return shown;
  }

  /** Why it ended with the last token, or null while it goes on. */
  @Nullable FinishReason reason() {
    return reason;
  }

  int length() {
    return tokens.size();
  }

  /** Releases what was held back, which may still complete a stop string. */
  String finish() {
    if (stops.matched()) {
      return "";
    }
    String rest = stops.append(utf8.finish());
    if (!stops.matched()) {
      rest += stops.finish();
    }
    text.append(rest);
    return rest;
  }

  Choice choice(FinishReason finishReason, @Nullable String error) {
    return new Choice(tokens, text.toString(), finishReason, logprobs, error);
  }
}
