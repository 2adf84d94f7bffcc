package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.request.GenerateResult;

/**
 * A tracing with the SDK's in-memory exporter, a clock that ticks on each read, and a small engine.
 */
final class TraceHarness implements AutoCloseable {
  static final long TICK = 1_000_000;
  static final String MODEL = "tiny";

  final TickingClock clock = new TickingClock();
  final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  final EngineMetrics metrics = new EngineMetrics();
  final Tracing tracing;
  private final OpenSpans open = new OpenSpans();
  private final @Nullable OpenTelemetrySdk sdk;

  TraceHarness(int level) {
    this(level, UnaryOperator.identity());
  }

  TraceHarness(int level, UnaryOperator<SdkTracerProviderBuilder> customizer) {
    SdkTracerProvider provider =
        customizer
            .apply(
                SdkTracerProvider.builder()
                    .addSpanProcessor(open)
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter)))
            .build();
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(provider)
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    tracing = new Tracing(sdk, clock, level, metrics);
  }

  /** Without an SDK. */
  TraceHarness(OpenTelemetry openTelemetry, int level) {
    sdk = null;
    tracing = new Tracing(openTelemetry, clock, level, metrics);
  }

  static GenerateRequest.Builder request() {
    return GenerateRequest.builder(1, 2, 3, 4, 5).id("request-1");
  }

  static TraceRequest at(int level) {
    return new TraceRequest(level, TraceRequest.NONE.headers(), "chat");
  }

  Tracer tracer() {
    return Objects.requireNonNull(sdk).getTracer("test");
  }

  RequestTrace open(GenerateRequest request) {
    return tracing.open(request, MODEL);
  }

  /** Prefill in two chunks, up to the first token. */
  void prefill(RequestTimes times) {
    StepTimes steps = tracing.steps();
    List<RequestTimes> batch = List.of(times);
    times.cachedTokens(1);
    tracing.advanceAll(batch, Stage.PREFILL_WAITING, Stage.PREFILL_FORWARD);
    for (int chunk = 0; chunk < 2; chunk++) {
      steps.start(batch);
      tracing.startAll(batch, Stage.CHUNKED_PREFILL);
      times.prefilled(2);
      tracing.endAll(batch, Stage.CHUNKED_PREFILL);
      steps.end(batch, 2);
    }
    times.generated(1);
    tracing.advanceAll(batch, Stage.PREFILL_FORWARD, Stage.DECODE_FORWARD);
  }

  /** A round that drafts three tokens and accepts some. */
  void round(StepTimes steps, List<? extends Timed> batch, int accepted) {
    steps.start(batch);
    tracing.startAll(batch, Stage.DECODE_LOOP);
    tracing.startAll(batch, Stage.SPEC_DRAFT);
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).times().drafted("ngram", 3, 4, 2);
    }
    tracing.endAll(batch, Stage.SPEC_DRAFT);
    tracing.startAll(batch, Stage.SPEC_VERIFY);
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).times().verified(accepted, 4, batch.size());
      batch.get(i).times().generated(accepted + 1);
    }
    tracing.endAll(batch, Stage.SPEC_VERIFY);
    tracing.startAll(batch, Stage.SPEC_DRAFT_EXTEND);
    for (int i = 0; i < batch.size(); i++) {
      batch.get(i).times().extended(accepted + 1);
    }
    tracing.endAll(batch, Stage.SPEC_DRAFT_EXTEND);
    tracing.endAll(batch, Stage.DECODE_LOOP);
    steps.end(batch, 4 * batch.size());
  }

  /** Two rounds, accepting two tokens and none. */
  void decode(RequestTimes times) {
    StepTimes steps = tracing.steps();
    round(steps, List.of(times), 2);
    round(steps, List.of(times), 0);
  }

  /** A whole request of one choice. */
  RequestTrace serve(GenerateRequest request, FinishReason reason, @Nullable String error) {
    RequestTrace trace = open(request);
    prefill(trace.choice(0));
    decode(trace.choice(0));
    finish(trace, reason, error);
    return trace;
  }

  static void finish(RequestTrace trace, FinishReason reason, @Nullable String error) {
    GenerateRequest request = trace.request();
    List<GenerateResult.Choice> choices = new ArrayList<>();
    for (int i = 0; i < request.choices(); i++) {
      trace.choice(i).finish(reason, error);
      choices.add(
          new GenerateResult.Choice(List.of(7, 8, 9, 10, 11), "secret", reason, null, error));
    }
    trace.finish(
        new GenerateResult(
            request.id(),
            request.prompt().length,
            1,
            choices,
            trace.timings(),
            trace.speculation(1.5)));
  }

  /** Nothing is left open, every child lies within its parent, and all are of the same trace. */
  void assertWhole() {
    assertThat(open.spans).as("spans left open").isEmpty();
    Map<String, SpanData> byId = new HashMap<>();
    for (SpanData span : spans()) {
      assertThat(byId.put(span.getSpanId(), span)).isNull();
    }
    for (SpanData span : spans()) {
      assertThat(span.getStartEpochNanos()).isLessThanOrEqualTo(span.getEndEpochNanos());
      SpanData parent = byId.get(span.getParentSpanId());
      if (parent != null) {
        assertThat(span.getTraceId()).isEqualTo(parent.getTraceId());
        assertThat(span.getStartEpochNanos())
            .as("start of " + span.getName())
            .isGreaterThanOrEqualTo(parent.getStartEpochNanos());
        assertThat(span.getEndEpochNanos())
            .as("end of " + span.getName())
            .isLessThanOrEqualTo(parent.getEndEpochNanos());
      } else {
        assertThat(span.getName()).as("only these have no parent").matches("engine_step|.* tiny");
      }
    }
  }

  /** Spans that were started and not ended. */
  Set<SpanId> openSpans() {
    return open.spans;
  }

  /** All finished spans, in order of their start, then of their end backwards: parents first. */
  List<SpanData> spans() {
    return exporter.getFinishedSpanItems().stream()
        .sorted(
            Comparator.comparingLong(SpanData::getStartEpochNanos)
                .thenComparing(Comparator.comparingLong(SpanData::getEndEpochNanos).reversed()))
        .toList();
  }

  List<String> names() {
    return spans().stream().map(SpanData::getName).toList();
  }

  SpanData span(String name) {
    return spans().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span " + name + " in " + names()));
  }

  List<SpanData> spans(String name) {
    return spans().stream().filter(span -> span.getName().equals(name)).toList();
  }

  @Override
  public void close() {
    if (sdk != null) {
      sdk.close();
    }
  }

  /** An id and a name, for messages. */
  record SpanId(String name, String id) {}

  private static final class OpenSpans implements SpanProcessor {
    final Set<SpanId> spans = new LinkedHashSet<>();

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      spans.add(new SpanId(span.getName(), span.getSpanContext().getSpanId()));
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      spans.remove(new SpanId(span.getName(), span.getSpanContext().getSpanId()));
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  /** Each read is a tick later than the one before. */
  static final class TickingClock implements TraceClock {
    /** Negative, as a monotonic clock may be. */
    private long nanos = -50 * TICK;

    int reads;
    int wallReads;

    @Override
    public long nanoTime() {
      reads++;
      return nanos += TICK;
    }

    @Override
    public long epochOffset() {
      wallReads++;
      return 1_700_000_000_000_000_000L;
    }
  }
}
