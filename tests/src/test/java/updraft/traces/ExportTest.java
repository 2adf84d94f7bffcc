package updraft.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import updraft.traces.Collector.Manner;

/** Spans from a client's request to a collector, over HTTP on both sides. */
class ExportTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";

  @TempDir private Path folder;

  static Stream<Arguments> methodsAndLevels() {
    return Stream.of("off", "ngram", "auto", "eagle", "ngram+eagle", "draft")
        .flatMap(method -> Stream.of(0, 1, 2, 3).map(level -> Arguments.of(method, level)));
  }

  private TracedServer server(String method, String endpoint) throws IOException {
    return switch (method) {
      case "eagle", "ngram+eagle" -> TracedServer.withHead(folder, endpoint);
      case "draft" -> TracedServer.withDraftModel(folder, endpoint);
      default -> new TracedServer(folder, endpoint, Map.of());
    };
  }

  @ParameterizedTest
  @MethodSource("methodsAndLevels")
  void everySpanOfALevelArrives(String method, int level) throws IOException, InterruptedException {
    try (Collector collector = new Collector(Manner.TAKES)) {
      JsonNode answer;
      try (TracedServer server = server(method, collector.endpoint())) {
        server.complete(method, 0); // something to draft from
        answer =
            server.complete(method, level, "traceparent", "00-" + TRACE + "-" + CALLER + "-01");
      }
      List<SeenSpan> steps = named(collector, "engine_step");
      List<SeenSpan> request =
          collector.spans.stream().filter(span -> !steps.contains(span)).toList();

      SpanRules.check(request, method, level, answer.at("/usage/completion_tokens").asInt());
      assertThat(request).allSatisfy(span -> assertThat(span.trace()).isEqualTo(TRACE));
      assertThat(named(collector, "POST /v1/completions"))
          .hasSize(level > 0 ? 1 : 0)
          .allSatisfy(span -> assertThat(span.parent()).isEqualTo(CALLER));
      assertThat(steps.isEmpty()).isEqualTo(level < 3);
      assertThat(steps)
          .allSatisfy(
              step -> {
                assertThat(step.trace()).isNotEqualTo(TRACE);
                assertThat(step.links()).isEqualTo(1);
              });
    }
  }

  @Test
  void aMalformedTraceparentBeginsANewTrace() throws IOException, InterruptedException {
    try (Collector collector = new Collector(Manner.TAKES)) {
      try (TracedServer server = new TracedServer(folder, collector.endpoint(), Map.of())) {
        server.complete("off", 1, "traceparent", "00-nonsense-01");
      }
      assertThat(named(collector, "POST /v1/completions"))
          .singleElement()
          .satisfies(span -> assertThat(span.parent()).isEmpty());
    }
  }

  @Test
  void whatTheSamplerLeavesOutSendsNothing() throws IOException, InterruptedException {
    try (Collector collector = new Collector(Manner.TAKES)) {
      try (TracedServer server =
          new TracedServer(
              folder, collector.endpoint(), Map.of("OTEL_TRACES_SAMPLER", "always_off"))) {
        server.complete("ngram", 3);
      }
      assertThat(collector.spans).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip"})
  void aCollectorThatComesBackGetsWhatItRefused(String compression)
      throws IOException, InterruptedException {
    try (Collector collector = new Collector(Manner.RECOVERS)) {
      try (TracedServer server =
          new TracedServer(
              folder,
              collector.endpoint(),
              Map.of(
                  "OTEL_EXPORTER_OTLP_COMPRESSION", compression,
                  "OTEL_EXPORTER_OTLP_HEADERS", "api-key=tornado",
                  "OTEL_BSP_SCHEDULE_DELAY", "10"))) {
        JsonNode answer = server.complete("ngram", 2);
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> server.metric("updraft_spans_exported_total") > 0);
        assertThat(server.metric("updraft_spans_failed_total")).isZero();
        assertThat(server.metric("updraft_spans_dropped_total")).isZero();
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(40);
      }
      SpanRules.check(collector.spans, "ngram", 2, 40);
      assertThat(collector.headers)
          .allSatisfy(
              headers -> {
                assertThat(headers).containsEntry("Api-key", List.of("tornado"));
                assertThat(headers)
                    .containsEntry("Content-type", List.of("application/x-protobuf"));
                assertThat(headers.get("Content-encoding"))
                    .isEqualTo(compression.equals("gzip") ? List.of("gzip") : null);
              });
    }
  }

  /**
   * The queue is made so small that it is full from the first rounds on: were the engine thread to
   * wait for the collector, no answer would come before the collector is released.
   */
  @ParameterizedTest
  @EnumSource(
      value = Manner.class,
      names = {"HANGS", "REFUSES", "CUTS"})
  void aCollectorThatMisbehavesHoldsUpNoToken(Manner manner)
      throws IOException, InterruptedException {
    try (Collector collector = new Collector(manner)) {
      try (TracedServer server =
          new TracedServer(
              folder,
              collector.endpoint(),
              Map.of(
                  "OTEL_BSP_MAX_QUEUE_SIZE", "16",
                  "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "8",
                  "OTEL_BSP_SCHEDULE_DELAY", "10",
                  "OTEL_EXPORTER_OTLP_TIMEOUT", "3600000"))) {
        server.complete("ngram", 3);
        await().atMost(Duration.ofSeconds(30)).until(() -> collector.requests.get() > 0);
        for (int i = 0; i < 3; i++) {
          assertThat(server.complete("ngram", 3).at("/usage/completion_tokens").asInt())
              .isEqualTo(40);
        }
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> server.metric("updraft_spans_dropped_total") > 0);
        assertThat(server.metric("updraft_spans_exported_total")).isZero();
      }
    }
  }

  private static List<SeenSpan> named(Collector collector, String name) {
    return collector.spans.stream().filter(span -> span.name().equals(name)).toList();
  }
}
