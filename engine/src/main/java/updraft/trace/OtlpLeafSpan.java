package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Written as OTLP's {@code Span} message at once, for a queue of its own, where the SDK makes
 * objects of which an exporter makes the same bytes in the end. Fields by <a
 * href="https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto">trace.proto</a>.
 */
final class OtlpLeafSpan implements LeafSpan {
  private static final int KIND_INTERNAL = 1;
  private static final int STATUS_ERROR = 2;

  /** The flag that says that it is known whether the parent is remote, which here it is not. */
  private static final int PARENT_KNOWN = 0x100;

  private final SpanQueue queue;
  private final Sampler sampler;
  private final SplittableRandom ids = new SplittableRandom();
  private final ProtobufWriter span = new ProtobufWriter(512);
  private final ProtobufWriter inner = new ProtobufWriter(128);

  /** Keys as the first field of {@code KeyValue}. */
  private final Map<AttributeKey<?>, byte[]> keys = new HashMap<>();

  private final Map<String, byte[]> names = new HashMap<>();

  /** What the fields of {@link #placed} say: trace, parent and flags. */
  private Context parent = Context.root();

  private final ProtobufWriter placed = new ProtobufWriter(64);
  private String traceId = TraceId.getInvalid();
  private TraceState traceState = TraceState.getDefault();
  private boolean sampled;
  private long spanId;

  OtlpLeafSpan(SpanQueue queue, Sampler sampler) {
    this.queue = queue;
    this.sampler = sampler;
  }

  @Override
  public void begin(String name, Context below, long startEpochNanos) {
    if (below != parent || below == Context.root()) {
      place(below);
    }
    spanId = nonZero();
    span.clear();
    span.raw(placed.array(), placed.size());
    span.id(2, spanId);
    span.bytes(5, names.computeIfAbsent(name, OtlpLeafSpan::utf8));
    span.number(6, KIND_INTERNAL);
    span.fixed64(7, startEpochNanos);
  }

  private void place(Context below) {
    parent = below;
    SpanContext above = Span.fromContext(below).getSpanContext();
    placed.clear();
    if (above.isValid()) {
      traceId = above.getTraceId();
      traceState = above.getTraceState();
      sampled = above.isSampled();
      placed.bytes(1, above.getTraceIdBytes());
      placed.bytes(4, above.getSpanIdBytes());
      if (!traceState.isEmpty()) {
        placed.text(3, header(traceState));
      }
    } else {
      long high = nonZero();
      long low = nonZero();
      traceId = TraceId.fromLongs(high, low);
      traceState = TraceState.getDefault();
      sampled =
          sampler
              .shouldSample(below, traceId, "", SpanKind.INTERNAL, Attributes.empty(), List.of())
              .getDecision()
              .equals(SamplingDecision.RECORD_AND_SAMPLE);
      placed.id(1, high, low);
    }
    placed.fixed32(16, PARENT_KNOWN | TraceFlags.getSampled().asByte());
  }

  private static String header(TraceState state) {
    StringBuilder header = new StringBuilder();
    state.forEach(
        (key, value) ->
            header.append(header.isEmpty() ? "" : ",").append(key).append('=').append(value));
    return header.toString();
  }

  private long nonZero() {
    long id = ids.nextLong();
    return id == 0 ? 1 : id;
  }

  @Override
  public void number(AttributeKey<Long> key, long value) {
    byte[] encoded = keys.computeIfAbsent(key, OtlpLeafSpan::encoded);
    int valueSize = 1 + ProtobufWriter.varintSize(value);
    span.begin(9, encoded.length + 2 + valueSize);
    span.raw(encoded, encoded.length);
    span.begin(2, valueSize);
    span.number(3, value);
  }

  @Override
  public void text(AttributeKey<String> key, String value) {
    byte[] encoded = keys.computeIfAbsent(key, OtlpLeafSpan::encoded);
    inner.clear();
    inner.text(1, value);
    int size = inner.size();
    span.begin(9, encoded.length + 1 + ProtobufWriter.varintSize(size) + size);
    span.raw(encoded, encoded.length);
    span.message(2, inner);
  }

  @Override
  public void link(SpanContext other) {
    inner.clear();
    inner.bytes(1, other.getTraceIdBytes());
    inner.bytes(2, other.getSpanIdBytes());
    inner.fixed32(6, PARENT_KNOWN | other.getTraceFlags().asByte());
    span.message(13, inner);
  }

  @Override
  public void failed(String message) {
    inner.clear();
    inner.text(2, message);
    inner.number(3, STATUS_ERROR);
    span.message(15, inner);
  }

  @Override
  public void end(long endEpochNanos) {
    span.fixed64(8, endEpochNanos);
    if (sampled) {
      queue.add(span.array(), span.size());
    }
  }

  @Override
  public SpanContext context() {
    return sampled
        ? SpanContext.create(traceId, SpanId.fromLong(spanId), TraceFlags.getSampled(), traceState)
        : SpanContext.getInvalid();
  }

  private static byte[] encoded(AttributeKey<?> key) {
    ProtobufWriter writer = new ProtobufWriter(64);
    writer.text(1, key.getKey());
    return writer.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
