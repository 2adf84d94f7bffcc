package updraft.request;

import org.jspecify.annotations.Nullable;

/** What a listener hears of a request, in order, on the engine thread: return quickly. */
public sealed interface TokenEvent {

  /** Index of the answer, below the request's {@code choices}. */
  int choice();

  /**
   * A committed token.
   *
   * @param text the characters that this token completed; may be empty, never half a character, and
   *     held back while it may become part of a stop string
   */
  record Token(
      int choice, int token, String text, TokenOrigin origin, @Nullable TokenLogprob logprob)
      implements TokenEvent {}

  /**
   * A choice ended; nothing follows for it.
   *
   * @param text what was held back and belongs to the answer after all
   */
  record Finished(int choice, FinishReason reason, String text) implements TokenEvent {}
}
