package updraft.server;

import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;

/** How a route writes the answer to one request, as values that become JSON. */
interface AnswerShape {
  /** The whole answer. */
  Object whole(GenerateResult result);

  /** Events before the first token. */
  default List<Object> opening() {
    return List.of();
  }

  /**
   * The event of a token or of the end of a choice, or null for none.
   *
   * @param result the whole result with the last event, else null
   */
  @Nullable Object chunk(TokenEvent event, @Nullable GenerateResult result);

  /** An event after the last choice has ended, or null for none. */
  @Nullable Object closing(GenerateResult result);
}
