package updraft.trace;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import java.util.List;

/**
 * Times the engine's steps: {@code engine_step}, a trace of its own that links to the rounds it
 * served, when one of them is traced at level 3. For the thread that steps.
 */
public final class StepTimes {
  /** The SDK's default limit; further rounds are left out. */
  private static final int MAX_LINKS = 128;

  /** Of a request whose steps have spans. */
  static final int LEVEL = 3;

  private final Tracing tracing;
  private final LeafSpan span;
  private boolean listened;
  private long startNanos;

  StepTimes(Tracing tracing) {
    this.tracing = tracing;
    this.span = tracing.emitter().leaf();
  }

  /**
   * A step begins.
   *
   * @param sequences those that it will serve
   */
  public void start(List<? extends Timed> sequences) {
    listened = false;
    for (int i = 0; i < sequences.size() && !listened; i++) {
      listened = sequences.get(i).times().level() >= LEVEL;
    }
    if (listened) {
      startNanos = tracing.clock().nanoTime();
    }
  }

  /**
   * The step has ended, and so have the stages of the sequences that it served.
   *
   * @param sequences those that it served, finished ones included
   * @param rows in its forward
   */
  public void end(List<? extends Timed> sequences, int rows) {
    tracing.metrics().step(rows);
    if (listened) {
      listened = false;
      emit(sequences, rows);
    }
  }

  private void emit(List<? extends Timed> sequences, int rows) {
    long endNanos = tracing.clock().nanoTime();
    long epochOffset = tracing.clock().epochOffset();
    span.begin("engine_step", Context.root(), startNanos + epochOffset);
    span.number(SpanKeys.ROWS, rows);
    span.number(SpanKeys.SEQUENCES, sequences.size());
    int links = 0;
    for (int i = 0; i < sequences.size(); i++) {
      StageSpans spans = sequences.get(i).times().spans();
      SpanContext served = spans == null ? null : spans.takeServed();
      if (served != null && links < MAX_LINKS) {
        span.link(served);
        links++;
      }
    }
    span.end(endNanos + epochOffset);
  }
}
