package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/** By the SDK that a program brought along, with its processors. */
final class SdkLeafSpan implements LeafSpan {
  private final SpanEmitter emitter;
  private SpanBuilder builder;
  private @Nullable String failure;
  private Span ended = Span.getInvalid();

  SdkLeafSpan(SpanEmitter emitter) {
    this.emitter = emitter;
    this.builder = emitter.span("", Context.root(), 0);
  }

  @Override
  public void begin(String name, Context parent, long startEpochNanos) {
    builder = emitter.span(name, parent, startEpochNanos);
    failure = null;
  }

  @Override
  public void number(AttributeKey<Long> key, long value) {
    builder.setAttribute(key, value);
  }

  @Override
  public void text(AttributeKey<String> key, String value) {
    builder.setAttribute(key, value);
  }

  @Override
  public void link(SpanContext other) {
    builder.addLink(other);
  }

  @Override
  public void failed(String message) {
    failure = message;
  }

  @Override
  public void end(long endEpochNanos) {
    ended = emitter.start(builder);
    if (failure != null) {
      ended.setStatus(StatusCode.ERROR, failure);
    }
    emitter.end(ended, endEpochNanos);
  }

  @Override
  public SpanContext context() {
    return ended.getSpanContext();
  }
}
