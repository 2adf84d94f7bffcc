package updraft.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.util.List;
import updraft.record.RequestLog;
import updraft.request.GenerateRequest;

/**
 * Times requests, for spans, metrics and statistics. One per engine.
 *
 * <p>Every span but two kinds is made complete, at its end. A request's span is started when the
 * request is opened, because samplers decide then and stages need its id, and a stage's span that
 * others hang below is started with its first child; both are owned by {@link RequestTrace} and
 * ended on each of its ways out.
 *
 * <p>Span processors run on the calling thread. What they throw is logged once and goes no further;
 * one that blocks would block the engine, so exporters belong behind a batch processor.
 */
public final class Tracing {
  public static final int MAX_LEVEL = 3;

  /** The name of the tracer, and of the instrumentation scope. */
  static final String SCOPE = "updraft";

  private final SpanEmitter emitter;
  private final TraceClock clock;
  private final EngineMetrics metrics;
  private final RequestLog requests;
  private final boolean recordsAll;
  private volatile int level;

  /** Keeps the default number of requests, and records those that ask for it. */
  public Tracing(OpenTelemetry openTelemetry, TraceClock clock, int level, EngineMetrics metrics) {
    this(openTelemetry, clock, level, metrics, new RequestLog(RequestLog.DEFAULT_REQUESTS), false);
  }

  /**
   * @param requests where ended requests are kept
   * @param recordsAll whether rounds of all requests are recorded, not only of those that ask
   */
  public Tracing(
      OpenTelemetry openTelemetry,
      TraceClock clock,
      int level,
      EngineMetrics metrics,
      RequestLog requests,
      boolean recordsAll) {
    this.requests = requests;
    this.recordsAll = recordsAll;
    this.emitter = new SpanEmitter(openTelemetry);
    this.clock = clock;
    this.metrics = metrics;
    level(level);
  }

  /** No spans: statistics and metrics alone. */
  public static Tracing off() {
    return new Tracing(OpenTelemetry.noop(), TraceClock.SYSTEM, 0, new EngineMetrics());
  }

  public int level() {
    return level;
  }

  /**
   * Sets the level of requests that do not name their own, from the next request on.
   *
   * @param value 0 (off) to 3
   */
  public void level(int value) {
    if (value < 0 || value > MAX_LEVEL) {
      throw new IllegalArgumentException(
          "trace_level must be in [0, " + MAX_LEVEL + "]: trace_level=" + value);
    }
    level = value;
  }

  public EngineMetrics metrics() {
    return metrics;
  }

  /**
   * Opens a request, whose choices begin to wait for prefill. Its parent is the one that its
   * headers name, else the caller's current span.
   */
  public RequestTrace open(GenerateRequest request, String model) {
    return new RequestTrace(this, request, model, null);
  }

  /** Opens a request below a span in this process; its headers are not looked at. */
  public RequestTrace open(GenerateRequest request, String model, Context parent) {
    return new RequestTrace(this, request, model, parent);
  }

  /** The last requests. */
  public RequestLog requests() {
    return requests;
  }

  /** Whether a request's rounds are recorded. */
  public boolean records(GenerateRequest request) {
    return recordsAll || request.trace().record();
  }

  /** A timer of the engine's steps, for the one thread that steps. */
  public StepTimes steps() {
    return new StepTimes(this);
  }

  /** Stamps the start of a stage of a batch, with one clock read, or none when nothing listens. */
  public void startAll(List<? extends Timed> timed, Stage stage) {
    long now = 0;
    boolean read = false;
    for (int i = 0; i < timed.size(); i++) {
      RequestTimes times = timed.get(i).times();
      if (times.listens(stage)) {
        if (!read) {
          now = clock.nanoTime();
          read = true;
        }
        times.start(stage, now);
      }
    }
  }

  /** Ends a stage of a batch, with one clock read, or none when nothing listens. */
  public void endAll(List<? extends Timed> timed, Stage stage) {
    long now = 0;
    boolean read = false;
    for (int i = 0; i < timed.size(); i++) {
      RequestTimes times = timed.get(i).times();
      if (times.isOpen(stage)) {
        if (!read) {
          now = clock.nanoTime();
          read = true;
          metrics.batch(stage, now - times.startNanos(stage));
        }
        times.end(stage, now, null, null);
      }
    }
  }

  /** {@link RequestTimes#advance} of a batch, with one clock read. */
  public void advanceAll(List<? extends Timed> timed, Stage ended, Stage started) {
    long now = 0;
    boolean read = false;
    for (int i = 0; i < timed.size(); i++) {
      RequestTimes times = timed.get(i).times();
      if (times.isOpen(ended) || times.listens(started)) {
        if (!read) {
          now = clock.nanoTime();
          read = true;
        }
        times.end(ended, now, null, null);
        times.start(started, now);
      }
    }
  }

  /** Spans that a processor refused by throwing. */
  public long failures() {
    return emitter.failures();
  }

  SpanEmitter emitter() {
    return emitter;
  }

  public TraceClock clock() {
    return clock;
  }
}
