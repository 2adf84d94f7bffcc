package updraft.trace;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;

/**
 * A span without children, made complete: begun, described and ended at once, then used for the
 * next. For one thread at a time.
 */
interface LeafSpan extends StageAttributes.Sink {
  /**
   * @param parent the root context for a trace of its own
   */
  void begin(String name, Context parent, long startEpochNanos);

  void link(SpanContext other);

  /** Sets status ERROR. */
  void failed(String message);

  void end(long endEpochNanos);

  /** Of the span that ended last; invalid when it was not made. */
  SpanContext context();
}
