package updraft.trace;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.request.FinishReason;

class OtlpLeafSpanTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final CapturingSender sender = new CapturingSender();

  private SpanQueue queue(Resource resource) {
    return new SpanQueue(
        sender, OtlpResource.encode(resource), new SpanQueue.Limits(10_000, 10_000, LONG));
  }

  /** A span without its ids. */
  private record Seen(
      String name, String parent, long start, long end, Map<String, Object> attributes, int links) {
    @Override
    public String toString() {
      return name + " below " + parent + " " + start + "-" + end + attributes + links + "\n";
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = FinishReason.class,
      names = {"STOP", "ERROR"})
  void theSameSpansArriveAsByTheSdk(FinishReason reason) throws Exception {
    String error = reason == FinishReason.ERROR ? "full disk" : null;
    List<Seen> bySdk;
    try (TraceHarness t = new TraceHarness(3)) {
      t.serve(TraceHarness.request().build(), reason, error);
      bySdk = ofSdk(t.spans());
    }
    SpanQueue queue = queue(Resource.empty());
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    try (OpenTelemetrySdk sdk = sdk(exporter)) {
      TraceHarness t =
          new TraceHarness(
              new ExportedTelemetry(sdk, new OtlpExport(queue, Sampler.alwaysOn())), 3);
      t.serve(TraceHarness.request().build(), reason, error);
      queue.close(Duration.ofSeconds(30));
      List<Span> ours = sender.spans();
      List<SpanData> theirs = exporter.getFinishedSpanItems();
      Map<String, String> names = new TreeMap<>();
      ours.forEach(span -> names.put(hex(span.getSpanId().toByteArray()), span.getName()));
      theirs.forEach(span -> names.put(span.getSpanId(), span.getName()));
      List<Seen> both =
          Stream.concat(
                  ours.stream().map(span -> seen(span, names)),
                  theirs.stream().map(span -> seen(span, names)))
              .toList();

      assertThat(both).containsExactlyInAnyOrderElementsOf(bySdk);
      assertThat(theirs) // only what others hang below
          .extracting(SpanData::getName)
          .containsExactlyInAnyOrder("text_completion tiny", "prefill_forward", "decode_forward");
      assertThat(ours).extracting(Span::getSpanId).doesNotHaveDuplicates();
      assertThat(ours.stream().filter(span -> !span.getName().equals("engine_step")))
          .allSatisfy(
              span ->
                  assertThat(hex(span.getTraceId().toByteArray()))
                      .isEqualTo(theirs.getFirst().getTraceId()));
      List<String> verified =
          ours.stream()
              .filter(span -> span.getName().equals("spec_verify"))
              .map(span -> hex(span.getSpanId().toByteArray()))
              .toList();
      assertThat(
              ours.stream()
                  .flatMap(span -> span.getLinksList().stream())
                  .map(link -> hex(link.getSpanId().toByteArray())))
          .containsAll(verified);
    }
  }

  @Test
  void parentStateAndFlagsAreHandedOn() throws Exception {
    SpanQueue queue = queue(Resource.empty());
    LeafSpan span = new OtlpLeafSpan(queue, Sampler.alwaysOn());
    TraceState state = TraceState.builder().put("b", "2").put("a", "1").build();
    SpanContext parent =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", TraceFlags.getSampled(), state);
    span.begin("x", Context.root().with(io.opentelemetry.api.trace.Span.wrap(parent)), 5);
    span.failed("ungültig");
    span.end(7);
    assertThat(span.context().getTraceId()).isEqualTo(parent.getTraceId());
    queue.close(Duration.ofSeconds(30));

    Span arrived = sender.spans().getFirst();
    assertThat(hex(arrived.getTraceId().toByteArray())).isEqualTo(parent.getTraceId());
    assertThat(hex(arrived.getParentSpanId().toByteArray())).isEqualTo(parent.getSpanId());
    assertThat(hex(arrived.getSpanId().toByteArray())).isEqualTo(span.context().getSpanId());
    assertThat(arrived.getTraceState().split(",")).containsExactlyInAnyOrder("a=1", "b=2");
    assertThat(arrived.getFlags()).isEqualTo(0x101); // sampled, parent known not to be remote
    assertThat(arrived.getKind()).isEqualTo(Span.SpanKind.SPAN_KIND_INTERNAL);
    assertThat(arrived.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
    assertThat(arrived.getStatus().getMessage()).isEqualTo("ungültig");
  }

  @Test
  void aTraceOfItsOwnIsTheSamplersToDecide() throws Exception {
    SpanQueue queue = queue(Resource.empty());
    for (Sampler sampler : List.of(Sampler.alwaysOff(), Sampler.alwaysOn())) {
      LeafSpan span = new OtlpLeafSpan(queue, sampler);
      span.begin(sampler.getDescription(), Context.root(), 1);
      span.end(2);
      assertThat(span.context().isValid()).isEqualTo(sampler.equals(Sampler.alwaysOn()));
    }
    queue.close(Duration.ofSeconds(30));
    assertThat(sender.spans()).extracting(Span::getName).containsExactly("AlwaysOnSampler");
  }

  @Test
  void numbersOfEverySizeSurvive() throws Exception {
    List<Long> numbers =
        List.of(0L, 1L, 127L, 128L, 16_383L, 16_384L, -1L, Long.MAX_VALUE, Long.MIN_VALUE);
    SpanQueue queue = queue(Resource.empty());
    LeafSpan span = new OtlpLeafSpan(queue, Sampler.alwaysOn());
    span.begin("numbers", Context.root(), 1);
    for (long number : numbers) {
      span.number(SpanKeys.ROWS, number);
    }
    span.text(SpanKeys.METHOD, "n".repeat(40_000)); // longer than the first buffer
    span.end(2);
    queue.close(Duration.ofSeconds(30));

    List<KeyValue> attributes = sender.spans().getFirst().getAttributesList();
    assertThat(attributes.subList(0, numbers.size()))
        .extracting(attribute -> attribute.getValue().getIntValue())
        .isEqualTo(numbers);
    assertThat(attributes.getLast().getValue().getStringValue()).hasSize(40_000);
  }

  @Test
  void whatMakesTheSpansIsSaid() throws Exception {
    Attributes attributes =
        Attributes.builder()
            .put("service.name", "flügel")
            .put("yes", true)
            .put("no", false)
            .put("n", -3L)
            .put("half", 0.5)
            .put(AttributeKey.stringArrayKey("args"), "a", "b")
            .build();
    SpanQueue queue = queue(Resource.create(attributes));
    LeafSpan span = new OtlpLeafSpan(queue, Sampler.alwaysOn());
    span.begin("x", Context.root(), 1);
    span.end(2);
    queue.close(Duration.ofSeconds(30));

    ResourceSpans arrived = sender.requests.getFirst().getResourceSpans(0);
    assertThat(values(arrived.getResource().getAttributesList()))
        .containsOnly(
            entry("service.name", "flügel"),
            entry("yes", true),
            entry("no", false),
            entry("n", -3L),
            entry("half", 0.5),
            entry("args", List.of("a", "b")));
    assertThat(arrived.getScopeSpans(0).getScope().getName()).isEqualTo("updraft");
  }

  private static OpenTelemetrySdk sdk(InMemorySpanExporter exporter) {
    return OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .build())
        .build();
  }

  private static List<Seen> ofSdk(List<SpanData> spans) {
    Map<String, String> names =
        spans.stream().collect(Collectors.toMap(SpanData::getSpanId, SpanData::getName));
    return spans.stream().map(span -> seen(span, names)).toList();
  }

  private static Seen seen(SpanData span, Map<String, String> names) {
    Map<String, Object> attributes = new TreeMap<>();
    span.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    attributes.put(
        "status", span.getStatus().getStatusCode() + " " + span.getStatus().getDescription());
    return new Seen(
        span.getName(),
        names.getOrDefault(span.getParentSpanId(), ""),
        span.getStartEpochNanos(),
        span.getEndEpochNanos(),
        attributes,
        span.getLinks().size());
  }

  private static Seen seen(Span span, Map<String, String> names) {
    Map<String, Object> attributes = new TreeMap<>(values(span.getAttributesList()));
    String code = span.getStatus().getCode() == StatusCode.STATUS_CODE_ERROR ? "ERROR" : "UNSET";
    attributes.put("status", code + " " + span.getStatus().getMessage());
    return new Seen(
        span.getName(),
        names.getOrDefault(hex(span.getParentSpanId().toByteArray()), ""),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        attributes,
        span.getLinksCount());
  }

  private static Map<String, Object> values(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(Collectors.toMap(KeyValue::getKey, attribute -> value(attribute.getValue())));
  }

  private static Object value(AnyValue value) {
    return switch (value.getValueCase()) {
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case ARRAY_VALUE ->
          value.getArrayValue().getValuesList().stream().map(OtlpLeafSpanTest::value).toList();
      default -> value.getStringValue();
    };
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
