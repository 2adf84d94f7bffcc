package updraft.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The one place where spans meet the SDK. Processors run inside {@code startSpan} and {@code end},
 * on the engine thread: what they throw is counted and logged once, and goes no further.
 */
final class SpanEmitter {
  private static final Logger LOG = System.getLogger(SpanEmitter.class.getName());

  private final Tracer tracer;
  private final AtomicLong failures = new AtomicLong();

  private final @Nullable OtlpExport export;

  SpanEmitter(OpenTelemetry openTelemetry) {
    this.tracer = openTelemetry.getTracer(Tracing.SCOPE);
    this.export = openTelemetry instanceof ExportedTelemetry exported ? exported.export() : null;
  }

  /** A maker of spans without children, for one thread. */
  LeafSpan leaf() {
    return export == null
        ? new SdkLeafSpan(this)
        : new OtlpLeafSpan(export.queue(), export.sampler());
  }

  /** A span to be started with {@link #start}, with a start of its own. */
  SpanBuilder span(String name, Context parent, long startEpochNanos) {
    return tracer
        .spanBuilder(name)
        .setParent(parent)
        .setStartTimestamp(startEpochNanos, TimeUnit.NANOSECONDS);
  }

  /** The started span, or one that records nothing when starting it failed. */
  Span start(SpanBuilder builder) {
    try {
      return builder.startSpan();
    } catch (RuntimeException | LinkageError e) {
      failed(e);
      return Span.getInvalid();
    }
  }

  void end(Span span, long endEpochNanos) {
    try {
      span.end(endEpochNanos, TimeUnit.NANOSECONDS);
    } catch (RuntimeException | LinkageError e) {
      failed(e);
    }
  }

  /** Spans that a processor refused by throwing. */
  long failures() {
    return failures.get();
  }

  private void failed(Throwable cause) {
    if (failures.getAndIncrement() == 0) {
      LOG.log(
          Level.WARNING,
          "A span processor failed; the engine goes on, later failures are only counted",
          cause);
    }
  }
}
