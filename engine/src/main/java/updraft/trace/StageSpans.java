package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one choice. A stage's span is made when the stage ends, complete.
 *
 * <p>Rounds are made some at a time, see {@link PendingRounds}.
 *
 * <p>The one exception is a stage that others hang below, {@code prefill_forward} and {@code
 * decode_forward}: a child needs its parent's id, and the API hands out an id only by starting a
 * span. So when the first child ends, its parent's span is started, with the stamp at which the
 * stage began, and kept in {@link #parents} until the stage ends. Buffering the children instead
 * would lose rounds of long answers, and hide all of them until the end. Nothing can leak: a stage
 * with a span here is open in {@link RequestTimes}, whose every way out ends all open stages.
 */
final class StageSpans {
  private final SpanEmitter emitter;
  private final Context request;

  /** Added to a stamp, gives wall-clock nanoseconds. */
  private final long epochOffset;

  private final int choice;

  /** By stage: the started span that children hang below, of open stages alone. */
  private final @Nullable Context[] parents = new @Nullable Context[Stage.COUNT];

  private final LeafSpan leaf;

  /** Rounds that have ended; null until the first. */
  private @Nullable PendingRounds pending;

  /** Whether engine steps ask for what they served. */
  private final boolean linked;

  /** What an engine step links to; null when nothing was served since the last step. */
  private @Nullable SpanContext served;

  StageSpans(SpanEmitter emitter, Context request, long epochOffset, int choice, boolean linked) {
    this.emitter = emitter;
    this.leaf = emitter.leaf();
    this.linked = linked;
    this.request = request;
    this.epochOffset = epochOffset;
    this.choice = choice;
  }

  /**
   * Ends a stage's span.
   *
   * @param endReason why the stage ended before its time, or null when it ran to its end
   * @param failure when the reason is a failure, what happened
   */
  void emit(
      RequestTimes times,
      Stage stage,
      long endNanos,
      @Nullable String endReason,
      @Nullable String failure) {
    if (PendingRounds.takes(stage) && endReason == null) {
      later(times, stage, endNanos);
      return;
    }
    flush();
    Context started = parents[stage.ordinal()];
    parents[stage.ordinal()] = null;
    if (started == null) {
      leaf(times, stage, endNanos, endReason, failure);
      return;
    }
    Span span = Span.fromContext(started);
    StageAttributes.describe(times, stage, new SpanSink(span));
    if (endReason != null) {
      span.setAttribute(SpanKeys.END_REASON, endReason);
    }
    if (failure != null) {
      span.setStatus(StatusCode.ERROR, failure);
    }
    emitter.end(span, endNanos + epochOffset);
  }

  /** Keeps a round's stage to make its span with others. */
  private void later(RequestTimes times, Stage stage, long endNanos) {
    Context below = parent(times, stage);
    PendingRounds rounds = pending;
    if (rounds == null) {
      rounds = new PendingRounds(leaf, epochOffset, choice);
      pending = rounds;
    }
    if (rounds.isFull() || rounds.isBelowAnother(below)) {
      flush();
    }
    rounds.add(times, stage, endNanos, below);
  }

  private void flush() {
    SpanContext verified = pending == null ? null : pending.flush(linked);
    if (verified != null) {
      served = verified;
    }
  }

  private void leaf(
      RequestTimes times,
      Stage stage,
      long endNanos,
      @Nullable String endReason,
      @Nullable String failure) {
    leaf.begin(stage.spanName(), parent(times, stage), times.startNanos(stage) + epochOffset);
    leaf.number(SpanKeys.CHOICE, choice);
    StageAttributes.describe(times, stage, leaf);
    if (endReason != null) {
      leaf.text(SpanKeys.END_REASON, endReason);
    }
    if (failure != null) {
      leaf.failed(failure);
    }
    leaf.end(endNanos + epochOffset);
    if (linked) {
      boolean row = stage == Stage.CHUNKED_PREFILL || stage == Stage.DECODE_LOOP;
      if (stage == Stage.SPEC_VERIFY || (row && served == null)) {
        served = leaf.context();
      }
    }
  }

  /** The latest round's span, or the chunk's or loop's when there was no round; null when none. */
  @Nullable SpanContext takeServed() {
    flush();
    SpanContext taken = served;
    served = null;
    return taken;
  }

  private Span start(RequestTimes times, Stage stage) {
    SpanBuilder builder =
        emitter.span(stage.spanName(), parent(times, stage), times.startNanos(stage) + epochOffset);
    builder.setAttribute(SpanKeys.CHOICE, (long) choice);
    return emitter.start(builder);
  }

  /**
   * The parent stage's context, else that of the other forward when it is open, else the request's.
   */
  private Context parent(RequestTimes times, Stage stage) {
    Stage parent = stage.parent();
    if (parent == Stage.REQUEST || parent == null) {
      return request;
    }
    if (!times.isOpen(parent)) {
      parent = parent == Stage.DECODE_FORWARD ? Stage.PREFILL_FORWARD : Stage.DECODE_FORWARD;
      if (!times.isOpen(parent)) {
        return request;
      }
    }
    Context context = parents[parent.ordinal()];
    if (context == null) {
      Span span = start(times, parent);
      if (!span.getSpanContext().isValid()) {
        return request; // it could not be started; children must not become roots
      }
      context = request.with(span);
      parents[parent.ordinal()] = context;
    }
    return context;
  }

  /** Attributes of a span. */
  private record SpanSink(Span span) implements StageAttributes.Sink {
    @Override
    public void number(AttributeKey<Long> key, long value) {
      span.setAttribute(key, value);
    }

    @Override
    public void text(AttributeKey<String> key, String value) {
      span.setAttribute(key, value);
    }
  }
}
