package updraft.record;

import org.jspecify.annotations.Nullable;
import updraft.request.FinishReason;
import updraft.request.SpeculationStats;

/**
 * What the ring keeps of a request: numbers, no text. Counts of one that is being served are 0.
 *
 * @param createdMillis since 1970
 * @param reason of the first choice, or null while it is served
 * @param error one line when the reason is ABORT or ERROR
 * @param speculation totals over the choices, or null before its end
 * @param durationNanos from submission, tokenizing included; 0 while it is served
 * @param traceId hex, or empty when it is not traced
 * @param detail what was recorded, or null when it was not or had to make room
 */
public record RequestRecord(
    String id,
    String model,
    long createdMillis,
    @Nullable FinishReason reason,
    @Nullable String error,
    String method,
    int promptTokens,
    int cachedTokens,
    int completionTokens,
    @Nullable SpeculationStats speculation,
    long durationNanos,
    String traceId,
    @Nullable RequestDetail detail) {

  /** {@code running}, {@code finished}, {@code aborted} or {@code failed}. */
  public String status() {
    return switch (reason) {
      case null -> "running";
      case STOP, LENGTH -> "finished";
      case ABORT -> "aborted";
      case ERROR -> "failed";
    };
  }

  RequestRecord withoutDetail() {
    return new RequestRecord(
        id,
        model,
        createdMillis,
        reason,
        error,
        method,
        promptTokens,
        cachedTokens,
        completionTokens,
        speculation,
        durationNanos,
        traceId,
        null);
  }
}
