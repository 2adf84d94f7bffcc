package updraft.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
  private final @Nullable OpenTelemetrySdk sdk;

  TraceHarness(int level) {
    this(level, UnaryOperator.identity());
  }

  TraceHarness(int level, UnaryOperator<SdkTracerProviderBuilder> customizer) {
    SdkTracerProvider provider =
        customizer
            .apply(
                SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(exporter)))
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
    public long epochNanos() {
      wallReads++;
      return 1_700_000_000_000_000_000L + nanos;
    }
  }
}
