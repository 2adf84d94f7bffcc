package updraft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.model.QuantType;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/** The spans of drafting with networks: names, parents, order, attributes, as for n-grams. */
class DraftSpansTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"EAGLE, eagle", "NGRAM_EAGLE, ngram+eagle", "DRAFT, draft"})
  void eachRoundIsDraftedVerifiedAndExtended(SpeculationMethod method, String name) {
    Path target = TinyModels.forgetful(directory);
    Path draft =
        method == SpeculationMethod.DRAFT
            ? target
            : new SyntheticHead(target).type(QuantType.Q8_0).write(directory.resolve("h.gguf"));
    InMemorySpanExporter exporter = InMemorySpanExporter.create();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    GenerateResult result;
    try (Engine engine =
        Engine.open(
            EngineOptions.builder(target)
                .draftModel(draft)
                .openTelemetry(sdk)
                .traceLevel(3)
                .prefillChunk(16)
                .contextLength(256)
                .calibrate(false)
                .build())) {
      result =
          engine.generate(
              GenerateRequest.builder(new SplittableRandom(1).ints(40, 3, 450).toArray())
                  .maxTokens(50)
                  .ignoreEos(true)
                  .speculation(SpeculationOptions.of(method).withNodes(8))
                  .build());
    }
    Map<String, SpanData> byId = new HashMap<>();
    exporter.getFinishedSpanItems().forEach(span -> byId.put(span.getSpanId(), span));
    List<SpanData> drafts = named(exporter, "spec_draft");
    List<SpanData> verifications = named(exporter, "spec_verify");
    List<SpanData> extensions = named(exporter, "spec_draft_extend");
    assertThat(drafts)
        .isNotEmpty()
        .allMatch(
            span -> name.equals(span.getAttributes().get(AttributeKey.stringKey("updraft.method"))))
        .allMatch(span -> number(span, "updraft.nodes") == number(span, "updraft.drafted_tokens"))
        .anyMatch(span -> number(span, "updraft.depth") > 1);
    assertThat(verifications).hasSize(result.speculation().rounds());
    assertThat(sum(verifications, "accepted_tokens")).isEqualTo(result.speculation().accepted());
    assertThat(sum(drafts, "updraft.drafted_tokens")).isEqualTo(result.speculation().drafted());
    // three chunks of the prompt, then every round
    assertThat(extensions).hasSize(3 + verifications.size());
    assertThat(sum(extensions, "updraft.tokens")).isGreaterThanOrEqualTo(40 + 49 - 1 - 16);
    for (SpanData span : exporter.getFinishedSpanItems()) {
      SpanData parent = byId.get(span.getParentSpanId());
      if (parent != null) {
        assertThat(span.getStartEpochNanos()).isGreaterThanOrEqualTo(parent.getStartEpochNanos());
        assertThat(span.getEndEpochNanos()).isLessThanOrEqualTo(parent.getEndEpochNanos());
      }
    }
    assertThat(extensions)
        .extracting(span -> byId.get(span.getParentSpanId()).getName())
        .contains("prefill_forward", "decode_forward");
    assertThat(verifications)
        .extracting(span -> byId.get(span.getParentSpanId()).getName())
        .containsOnly("decode_forward");
  }

  private static List<SpanData> named(InMemorySpanExporter exporter, String name) {
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .toList();
  }

  private static long sum(List<SpanData> spans, String key) {
    return spans.stream().mapToLong(span -> number(span, key)).sum();
  }

  private static long number(SpanData span, String key) {
    Long value = span.getAttributes().get(AttributeKey.longKey(key));
    return value == null ? -1 : value;
  }
}
