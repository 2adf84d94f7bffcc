package updraft.browser;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.server.ServerOptions;
import updraft.server.UpdraftServer;

/** A real server on a free port; behind it the paced backend. */
final class PageServer implements AutoCloseable {
  private final UpdraftServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  final String url;

  private PageServer(EngineOptions options, ServerOptions serverOptions) throws IOException {
    PacedBackend.pace(0);
    server = new UpdraftServer(Engine.open(options), serverOptions);
    url = "http://127.0.0.1:" + server.start();
  }

  static PageServer start(Path folder) throws IOException {
    return start(folder, options -> options, options -> options);
  }

  static PageServer start(
      Path folder, UnaryOperator<EngineOptions.Builder> engine, UnaryOperator<ServerOptions> server)
      throws IOException {
    return new PageServer(
        engine
            .apply(
                EngineOptions.builder(TinyModels.llama(folder))
                    .backend(PacedBackend.NAME)
                    .threads(1))
            .build(),
        server.apply(ServerOptions.onLoopback(0)));
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
