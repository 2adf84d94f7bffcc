package updraft.browser;

import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.server.ServerOptions;
import updraft.server.UpdraftServer;
import updraft.server.models.ModelLimits;
import updraft.server.models.ModelOffer;
import updraft.server.models.Models;

/** A real server on a free port; behind it the paced backend. */
final class PageServer implements AutoCloseable {
  private final UpdraftServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final String url;

  private PageServer(UpdraftServer server) throws IOException {
    PacedBackend.pace(0);
    this.server = server;
    url = "http://127.0.0.1:" + server.start();
  }

  static PageServer start(Path folder) throws IOException {
    return start(folder, options -> options, options -> options);
  }

  static PageServer start(
      Path folder, UnaryOperator<EngineOptions.Builder> engine, UnaryOperator<ServerOptions> server)
      throws IOException {
    return new PageServer(
        new UpdraftServer(
            Engine.open(engine.apply(paced(folder)).build()),
            server.apply(ServerOptions.onLoopback(0))));
  }

  /** One of a model of its own, at its own pace. */
  static PageServer over(EngineOptions options) throws IOException {
    return new PageServer(new UpdraftServer(Engine.open(options), ServerOptions.onLoopback(0)));
  }

  /** One of several models. */
  static PageServer ofModels(Path folder, String... names) throws IOException {
    List<ModelOffer> offers =
        Arrays.stream(names)
            .map(
                name ->
                    new ModelOffer(name, 1, () -> Engine.open(paced(folder).name(name).build())))
            .toList();
    return new PageServer(
        new UpdraftServer(
            new Models(offers, ModelLimits.NONE, OpenTelemetry.noop(), new PrometheusRegistry()),
            ServerOptions.onLoopback(0)));
  }

  private static EngineOptions.Builder paced(Path folder) {
    return EngineOptions.builder(TinyModels.llama(folder)).backend(PacedBackend.NAME).threads(1);
  }

  String text(String path) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    return JsonMapper.shared().readTree(text(path));
  }

  JsonNode post(String path, String body) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + path))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return JsonMapper.shared().readTree(client.send(request, BodyHandlers.ofString()).body());
  }

  void stop() {
    server.stop();
  }

  @Override
  public void close() {
    PacedBackend.pace(0);
    client.shutdownNow();
    client.close();
    stop();
  }
}
