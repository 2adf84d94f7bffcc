package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.io.File;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import updraft.trace.OpenTelemetrySetup;

/** What Prometheus reads, and the dashboard that reads it from Prometheus. */
class MetricsTest {
  private static final Path DASHBOARD = Path.of("..", "docs", "grafana-dashboard.json");

  /** Words of a query that are no metrics. */
  private static final Pattern NAME = Pattern.compile("\\b[a-z][a-z0-9]*_[a-z0-9_]+\\b");

  @TempDir static Path folder;
  private static OpenTelemetrySetup telemetry;
  private static OpenTelemetrySdk sdk;
  private static TestServer server;

  @BeforeAll
  static void start() {
    telemetry = OpenTelemetrySetup.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9"));
    sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(InMemorySpanExporter.create()))
                    .build())
            .build();
    server =
        TestServer.start(
            folder, engine -> engine.openTelemetry(sdk).traceLevel(2), options -> options);
    telemetry.show(server.engine.metrics());
    for (int i = 0; i < 2; i++) {
      server.ok(
          "/generate",
          "{\"prompt\": \"a b a b\", \"max_tokens\": 30, \"ignore_eos\": true,"
              + " \"speculation\": \"ngram\"}");
    }
  }

  @AfterAll
  static void stop() {
    server.close();
    sdk.close();
    telemetry.close();
  }

  @Test
  void speculationIsCountedByMethodAndBudget() {
    double rounds = server.metric("updraft_rounds_total{method=\"ngram\"}");
    double drafted = server.metric("updraft_drafted_tokens_total{method=\"ngram\"}");
    double accepted = server.metric("updraft_accepted_tokens_total{method=\"ngram\"}");

    assertThat(rounds).isPositive();
    assertThat(drafted).isPositive();
    assertThat(server.metric("updraft_wasted_tokens_total")).isEqualTo(drafted - accepted);
    assertThat(server.metric("spec_decode_num_draft_tokens_total")).isEqualTo(drafted);
    assertThat(server.metric("updraft_step_cost_seconds{rows=\"1\"}")).isPositive();
  }

  @Test
  void latenciesNameTheirTraceToThoseWhoReadOpenMetrics() {
    HttpResponse<String> metrics =
        server.send(
            server
                .request("/metrics")
                .header("Accept", "application/openmetrics-text; version=1.0.0")
                .build());
    String trace =
        TestServer.json(server.get("/debug/requests").body()).at("/requests/0/trace_id").asString();

    assertThat(metrics.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/openmetrics-text");
    assertThat(metrics.body()).contains("# {").contains("trace_id=\"").endsWith("# EOF\n");
    assertThat(trace).hasSize(32);
  }

  @Test
  @Tag("promtool")
  void promtoolHasNothingToSay() throws IOException, InterruptedException {
    Optional<Path> promtool =
        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
            .map(directory -> Path.of(directory, "promtool"))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(promtool.isPresent(), "promtool is not on the PATH: install prometheus");
    Process check =
        new ProcessBuilder(promtool.get().toString(), "check", "metrics")
            .redirectErrorStream(true)
            .start();
    try (var in = check.getOutputStream()) {
      in.write(server.get("/metrics").body().getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(check.waitFor()).as(said).isZero();
    assertThat(said).isEmpty();
  }

  @Test
  void theDashboardAsksForMetricsThatExist() throws IOException {
    Set<String> exposed =
        server
            .get("/metrics")
            .body()
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split("[{ ]", 2)[0])
            .collect(Collectors.toSet());
    Set<String> asked = new TreeSet<>();
    for (JsonNode panel : TestServer.json(Files.readString(DASHBOARD)).path("panels")) {
      assertThat(panel.path("targets").size()).as(panel.path("title").asString()).isPositive();
      for (JsonNode target : panel.path("targets")) {
        asked.addAll(names(target.path("expr").asString()));
      }
    }

    assertThat(asked).hasSizeGreaterThan(30).isSubsetOf(exposed);
  }

  private static Set<String> names(String query) {
    Set<String> names =
        NAME.matcher(query).results().map(MatchResult::group).collect(Collectors.toSet());
    names.removeAll(new HashSet<>(Set.of("histogram_quantile", "group_left", "finish_reason")));
    return names;
  }
}
