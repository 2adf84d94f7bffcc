package updraft.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import updraft.record.ChoiceRecording;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SpeculationStats;

/**
 * A request from submission to its last choice: its span, the times of its choices, their totals.
 * Must end with {@link #finish} or {@link #fail}. Not thread-safe: for one thread at a time.
 */
public final class RequestTrace {
  private final Tracing tracing;
  private final GenerateRequest request;
  private final String model;
  private final Span span;
  private final String traceId;

  /** Added to a stamp, gives wall-clock nanoseconds: the one anchor of this trace. */
  private final long epochOffset;

  private final long openedNanos;
  private final RequestTimes[] choices;
  private final RequestRecords records;
  private boolean forwardSeen;
  private long firstForwardNanos;
  private boolean tokenSeen;
  private long firstTokenNanos;
  private boolean finished;

  /**
   * @param given the parent, or null for the one that the headers name, else the current one
   */
  RequestTrace(Tracing tracing, GenerateRequest request, String model, @Nullable Context given) {
    this.tracing = tracing;
    this.request = request;
    this.model = model;
    this.openedNanos = tracing.clock().nanoTime();
    long begin = openedNanos - request.trace().tokenizeNanos();
    Integer asked = request.trace().level();
    int level = asked == null ? tracing.level() : asked;
    long offset = 0;
    Context parent = Context.root();
    Span started = Span.getInvalid();
    if (level > 0) {
      parent =
          given != null ? given : TraceHeaders.parent(request.trace().headers(), Context.current());
      offset = tracing.clock().epochOffset();
      started = RequestSpan.start(tracing.emitter(), request, model, parent, begin + offset);
      if (!started.isRecording()) {
        level = 0; // sampled out
      }
    }
    this.span = started;
    this.traceId = level > 0 ? span.getSpanContext().getTraceId() : "";
    this.epochOffset = offset;
    Context context = parent.with(span);
    this.choices = new RequestTimes[request.choices()];
    for (int i = 0; i < choices.length; i++) {
      StageSpans spans =
          level > 0
              ? new StageSpans(tracing.emitter(), context, epochOffset, i, level >= StepTimes.LEVEL)
              : null;
      StageRecorder recorder =
          tracing.records(request) ? new StageRecorder(new ChoiceRecording(i, begin)) : null;
      choices[i] = new RequestTimes(this, spans, recorder, level, openedNanos);
    }
    if (level > 0 && request.trace().tokenizeNanos() > 0) {
      RequestSpan.tokenized(tracing.emitter(), request, context, openedNanos + epochOffset);
    }
    this.records =
        new RequestRecords(tracing.requests(), request, model, traceId, System.currentTimeMillis());
    ChoiceRecording first = choices[0].recording();
    if (first != null && request.trace().tokenizeNanos() > 0) {
      first.span(
          Stage.TOKENIZE.spanName(),
          0,
          begin,
          openedNanos,
          Map.of(SpanKeys.TOKENS.getKey(), (long) request.prompt().length));
    }
  }

  public GenerateRequest request() {
    return request;
  }

  /** The times of one choice, below the request's {@code choices}. */
  public RequestTimes choice(int choice) {
    return choices[choice];
  }

  /** The trace's id in hex, or empty when this request is not traced. */
  public String traceId() {
    return traceId;
  }

  /** What the choices took, once they have finished. */
  public GenerateResult.Timings timings() {
    long last = lastFinish();
    long forward = forwardSeen ? firstForwardNanos : last;
    long token = tokenSeen ? firstTokenNanos : last;
    return new GenerateResult.Timings(
        forward - openedNanos, token - forward, token - openedNanos, last - token);
  }

  /**
   * Totals over the choices.
   *
   * @param predictedSpeedup the budget policy's estimate, 1 when it did not draft
   */
  public SpeculationStats speculation(double predictedSpeedup) {
    Rounds all = new Rounds(request.speculation().method().wireName());
    for (RequestTimes times : choices) {
      all.add(times.rounds());
    }
    return all.stats(predictedSpeedup);
  }

  /** Ends the request's span, and choices that have not finished as the result says they did. */
  public void finish(GenerateResult result) {
    if (finished) {
      return;
    }
    for (int i = 0; i < choices.length; i++) {
      GenerateResult.Choice choice = result.choices().get(i);
      choices[i].finish(choice.reason(), choice.error());
    }
    finished = true;
    if (span.isRecording()) {
      RequestSpan.answered(span, model, result, preemptions());
      tracing.emitter().end(span, lastFinish() + epochOffset);
    }
    records.answered(result, recordings(), duration());
    if (RequestSpan.succeeded(result.choices().getFirst().reason())) {
      tracing.metrics().requestDuration(lastFinish() - openedNanos, context());
    }
  }

  /**
   * Ends a request that has no result: refused, aborted in the queue, or failed as a whole.
   *
   * @param error what happened, in one line
   */
  public void fail(FinishReason reason, String error) {
    if (finished) {
      return;
    }
    long now = clock().nanoTime();
    for (RequestTimes times : choices) {
      if (!times.hasFinished()) {
        times.finish(reason, error, now);
      }
    }
    finished = true;
    if (span.isRecording()) {
      RequestSpan.failed(span, reason, error);
      tracing.emitter().end(span, lastFinish() + epochOffset);
    }
    records.failed(reason, error, recordings(), duration());
  }

  /** From the request's start, which is that of tokenizing. */
  private long duration() {
    return lastFinish() - openedNanos + request.trace().tokenizeNanos();
  }

  private List<ChoiceRecording> recordings() {
    return choices[0].recording() == null
        ? List.of()
        : Arrays.stream(choices).map(RequestTimes::recording).map(Objects::requireNonNull).toList();
  }

  void firstForward(long now) {
    if (!forwardSeen) {
      forwardSeen = true;
      firstForwardNanos = now;
    }
  }

  void firstToken(long now) {
    if (!tokenSeen) {
      tokenSeen = true;
      firstTokenNanos = now;
      tracing.metrics().firstToken(request.prompt().length, now - openedNanos, context());
    }
  }

  /** Of the request's span; invalid when it is not traced. */
  SpanContext context() {
    return span.getSpanContext();
  }

  TraceClock clock() {
    return tracing.clock();
  }

  EngineMetrics metrics() {
    return tracing.metrics();
  }

  private int preemptions() {
    int sum = 0;
    for (RequestTimes times : choices) {
      sum += times.preemptions();
    }
    return sum;
  }

  /** When the last of the finished choices did. */
  private long lastFinish() {
    long last = openedNanos;
    for (RequestTimes times : choices) {
      if (times.hasFinished() && times.finishNanos() - last > 0) {
        last = times.finishNanos();
      }
    }
    return last;
  }
}
