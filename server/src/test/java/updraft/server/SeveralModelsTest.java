package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.server.models.ModelLimits;
import updraft.server.models.ModelOffer;
import updraft.server.models.Models;

/** A server of two models, of which one fits at a time and a third is broken. */
class SeveralModelsTest {
  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetry openTelemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .build();
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir Path folder;
  private UpdraftServer server;
  private URI address;

  @BeforeEach
  void start() throws IOException {
    Path file = TinyModels.llama(folder);
    Models models =
        new Models(
            List.of(
                offer("storm", file), offer("breeze", file), offer("calm", folder.resolve("no"))),
            new ModelLimits(15, Duration.ZERO),
            openTelemetry,
            new PrometheusRegistry());
    server = new UpdraftServer(models, ServerOptions.onLoopback(0));
    address = URI.create("http://127.0.0.1:" + server.start());
  }

  private ModelOffer offer(String name, Path file) {
    return new ModelOffer(
        name,
        10,
        () ->
            Engine.open(
                EngineOptions.builder(file)
                    .name(name)
                    .backend("paced")
                    .threads(1)
                    .openTelemetry(openTelemetry)
                    .traceLevel(1)
                    .build()));
  }

  @AfterEach
  void stop() {
    server.stop();
    client.close();
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private String get(String path) throws Exception {
    return send(HttpRequest.newBuilder(address.resolve(path))).body();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        HttpRequest.newBuilder(address.resolve(path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private JsonNode complete(String model) throws Exception {
    String named = model == null ? "" : ", \"model\": \"" + model + "\"";
    HttpResponse<String> answer =
        post(
            "/v1/completions",
            "{\"prompt\": \"a\", \"max_tokens\": 2, \"ignore_eos\": true" + named + "}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return TestServer.json(answer.body());
  }

  private List<String> states() throws Exception {
    return TestServer.json(get("/v1/models"))
        .path("data")
        .valueStream()
        .map(card -> card.path("id").asString() + " " + card.path("state").asString())
        .toList();
  }

  @Test
  void theFieldModelChoosesAndTheFirstIsTheDefault() throws Exception {
    assertThat(states()).containsExactly("storm unloaded", "breeze unloaded", "calm unloaded");
    assertThat(complete(null).path("model").asString()).isEqualTo("storm");
    assertThat(states()).containsExactly("storm loaded", "breeze unloaded", "calm unloaded");
    assertThat(complete("breeze").path("model").asString()).isEqualTo("breeze");
    assertThat(states()).containsExactly("storm unloaded", "breeze loaded", "calm unloaded");
    assertThat(complete("storm").path("model").asString()).isEqualTo("storm");

    JsonNode health = TestServer.json(get("/health"));
    assertThat(health.path("model").asString()).isEqualTo("storm");
    assertThat(health.at("/models/storm").asString()).isEqualTo("loaded");
    assertThat(health.at("/models/breeze").asString()).isEqualTo("unloaded");
    JsonNode card = TestServer.json(get("/v1/models/storm"));
    assertThat(card.path("context_length").asInt()).isEqualTo(1024);
  }

  @Test
  void everyRouteAsksTheModelThatIsNamed() throws Exception {
    String native_ = post("/generate", "{\"prompt\": \"a\", \"model\": \"breeze\"}").body();
    assertThat(TestServer.json(native_).path("model").asString()).isEqualTo("breeze");
    assertThat(post("/tokenize", "{\"prompt\": \"a\", \"model\": \"storm\"}").body())
        .startsWith("{\"ids\":[");
    assertThat(post("/detokenize", "{\"ids\": [5], \"model\": \"gust\"}").statusCode())
        .isEqualTo(404);
  }

  @Test
  void anUnknownModelIsRefusedAsOpenAiDoes() throws Exception {
    HttpResponse<String> answer =
        post("/v1/chat/completions", "{\"model\": \"gpt-5\", \"messages\": []}");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(TestServer.json(answer.body()))
        .isEqualTo(
            TestServer.json(
                """
                {"error": {"message": "model must be storm or breeze or calm: model=gpt-5",
                 "type": "invalid_request_error", "param": "model", "code": "model_not_found"}}
                """));
    assertThat(states()).allSatisfy(state -> assertThat(state).endsWith(" unloaded"));
  }

  @Test
  void aModelThatDoesNotLoadIsUnavailableAndOthersAnswer() throws Exception {
    HttpResponse<String> answer =
        post("/v1/completions", "{\"prompt\": \"a\", \"model\": \"calm\"}");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    JsonNode error = TestServer.json(answer.body()).path("error");
    assertThat(error.path("code").asString()).isEqualTo("model_unavailable");
    assertThat(error.path("message").asString()).startsWith("a model must load: model=calm, ");
    assertThat(TestServer.json(get("/v1/models/calm")).path("failure").asString()).isNotEmpty();
    complete("storm");
  }

  @Test
  void metricsSpansAndRecordsCarryTheModel() throws Exception {
    complete("storm");
    String id = complete("breeze").path("id").asString();

    String metrics = get("/metrics");
    assertThat(metrics.lines())
        .contains(
            "updraft_model_loaded{model=\"storm\"} 0.0",
            "updraft_model_loaded{model=\"breeze\"} 1.0",
            "updraft_model_loads_total{model=\"storm\"} 1.0",
            "updraft_generated_tokens_total{model=\"breeze\"} 2.0",
            "updraft_finished_total{finish_reason=\"length\",model=\"breeze\"} 1.0",
            "gen_ai_server_request_duration_seconds_count{model=\"breeze\"} 1");
    assertThat(spans.getFinishedSpanItems())
        .extracting(SpanData::getName)
        .contains("text_completion storm", "text_completion breeze");
    assertThat(get("/debug/requests")).contains("\"model\":\"breeze\"");
    String plain = id.substring(id.indexOf('-') + 1);
    assertThat(TestServer.json(get("/debug/requests/" + plain)).path("model").asString())
        .isEqualTo("breeze");
  }

  @Test
  void theTraceLevelIsSetForAll() throws Exception {
    complete("storm");
    send(
        HttpRequest.newBuilder(address.resolve("/trace/level"))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString("{\"level\": 0}")));
    assertThat(get("/trace/level")).isEqualTo("{\"level\":0}");
    spans.reset();
    complete("breeze");
    assertThat(spans.getFinishedSpanItems()).isEmpty();
  }
}
