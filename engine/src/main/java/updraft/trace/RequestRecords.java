package updraft.trace;

import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.record.ChoiceRecording;
import updraft.record.RequestDetail;
import updraft.record.RequestLog;
import updraft.record.RequestRecord;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SpeculationStats;

/** Enters one request into the log: when it begins, and when it has ended. */
final class RequestRecords {
  private final RequestLog log;
  private final GenerateRequest request;
  private final String model;
  private final String traceId;
  private final long createdMillis;

  RequestRecords(
      RequestLog log, GenerateRequest request, String model, String traceId, long createdMillis) {
    this.log = log;
    this.request = request;
    this.model = model;
    this.traceId = traceId;
    this.createdMillis = createdMillis;
    log.add(record(null, null, 0, 0, null, 0, null));
  }

  void answered(GenerateResult result, List<ChoiceRecording> recordings, long durationNanos) {
    GenerateResult.Choice first = result.choices().getFirst();
    log.update(
        record(
            first.reason(),
            first.error(),
            result.cachedTokens(),
            result.completionTokens(),
            result.speculation(),
            durationNanos,
            detail(recordings)));
  }

  void failed(
      FinishReason reason, String error, List<ChoiceRecording> recordings, long durationNanos) {
    log.update(record(reason, error, 0, 0, null, durationNanos, detail(recordings)));
  }

  private static @Nullable RequestDetail detail(List<ChoiceRecording> recordings) {
    return recordings.isEmpty() ? null : ChoiceRecording.detail(recordings);
  }

  private RequestRecord record(
      @Nullable FinishReason reason,
      @Nullable String error,
      int cachedTokens,
      int completionTokens,
      @Nullable SpeculationStats speculation,
      long durationNanos,
      @Nullable RequestDetail detail) {
    return new RequestRecord(
        request.id(),
        model,
        createdMillis,
        reason,
        error,
        speculation == null ? request.speculation().method().wireName() : speculation.method(),
        request.prompt().length,
        cachedTokens,
        completionTokens,
        speculation,
        durationNanos,
        traceId,
        detail);
  }
}
