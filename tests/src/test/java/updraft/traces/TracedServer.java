package updraft.traces;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.QuantType;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;
import updraft.server.ServerOptions;
import updraft.server.UpdraftServer;
import updraft.trace.OpenTelemetrySetup;

/** A server over a small real model that exports its spans, set up as the command does. */
final class TracedServer implements AutoCloseable {
  private final OpenTelemetrySetup telemetry;
  private final Engine engine;
  private final UpdraftServer server;
  private final int port;
  private final HttpClient client = HttpClient.newHttpClient();

  TracedServer(Path folder, String endpoint, Map<String, String> more) throws IOException {
    this(folder, endpoint, more, options -> options);
  }

  TracedServer(
      Path folder,
      String endpoint,
      Map<String, String> more,
      UnaryOperator<EngineOptions.Builder> settings)
      throws IOException {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
    telemetry = OpenTelemetrySetup.of(environment);
    engine =
        Engine.open(
            settings
                .apply(
                    EngineOptions.builder(TinyModels.llama(folder))
                        .threads(1)
                        .keyValueTokens(8192)
                        .calibrate(false)
                        .traceLevel(telemetry.defaultLevel())
                        .openTelemetry(telemetry.openTelemetry()))
                .build());
    telemetry.show(engine.metrics());
    server = new UpdraftServer(engine, ServerOptions.onLoopback(0).withDrainTimeout(Duration.ZERO));
    port = server.start();
  }

  /** One that drafts with an EAGLE head of random weights. */
  static TracedServer withHead(Path folder, String endpoint) throws IOException {
    Path head =
        new SyntheticHead(TinyModels.llama(folder))
            .type(QuantType.Q8_0)
            .vocabulary(400)
            .write(folder.resolve("head.gguf"));
    return new TracedServer(folder, endpoint, Map.of(), options -> options.draftModel(head));
  }

  /** One that drafts with the model itself. */
  static TracedServer withDraftModel(Path folder, String endpoint) throws IOException {
    Path model = TinyModels.llama(folder);
    return new TracedServer(folder, endpoint, Map.of(), options -> options.draftModel(model));
  }

  int port() {
    return port;
  }

  /** The answer to a request of 40 greedy tokens. */
  JsonNode complete(String method, int level, String... headers)
      throws IOException, InterruptedException {
    HttpResponse<String> response = send(body(method, level, 40), level, headers);
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return JsonMapper.shared().readTree(response.body());
  }

  /** A request for so many greedy tokens. */
  static String body(String method, int level, int maxTokens) {
    return """
    {"prompt": "once upon a time", "max_tokens": %d, "ignore_eos": true, "temperature": 0,
     "speculation": {"method": "%s"}, "trace_level": %d}\
    """
        .formatted(maxTokens, method, level);
  }

  HttpResponse<String> send(String body, int level, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/completions"))
            .header("Content-Type", "application/json")
            .header("X-Trace-Level", Integer.toString(level))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  /** Stops serving: what is running is aborted. */
  void stop() {
    server.stop();
  }

  /** A metric without labels, or 0. */
  double metric(String name) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
    try (var in = uri.toURL().openStream()) {
      return new String(in.readAllBytes(), UTF_8)
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .findFirst()
          .orElse(0);
    }
  }

  /** Ends everything; what spans are left are exported, for five seconds at most. */
  @Override
  public void close() {
    client.shutdownNow();
    server.stop();
    engine.close();
    telemetry.close();
  }
}
