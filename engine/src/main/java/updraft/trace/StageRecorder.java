package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.record.ChoiceRecording;

/** Tells a recording of the stages that end, whatever the trace level. */
final class StageRecorder implements StageAttributes.Sink {
  private final ChoiceRecording recording;
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  StageRecorder(ChoiceRecording recording) {
    this.recording = recording;
  }

  ChoiceRecording recording() {
    return recording;
  }

  /**
   * A stage has ended.
   *
   * @param shows whether it is one that has a span
   */
  void ended(
      RequestTimes times, Stage stage, long endNanos, @Nullable String reason, boolean shows) {
    long start = times.startNanos(stage);
    switch (stage) {
      case SPEC_DRAFT -> recording.drafted(start, endNanos);
      case SPEC_VERIFY -> recording.verified(start, endNanos);
      case SPEC_DRAFT_EXTEND -> recording.extended(start, endNanos);
      default -> {}
    }
    if (shows) {
      attributes.clear();
      StageAttributes.describe(times, stage, this);
      if (reason != null) {
        text(SpanKeys.END_REASON, reason);
      }
      recording.span(
          stage.spanName(), StageAttributes.round(times, stage), start, endNanos, attributes);
    }
  }

  @Override
  public void number(AttributeKey<Long> key, long value) {
    attributes.put(key.getKey(), value);
  }

  @Override
  public void text(AttributeKey<String> key, String value) {
    attributes.put(key.getKey(), value);
  }
}
