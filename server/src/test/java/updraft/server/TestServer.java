package updraft.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.forward.HashBackend;
import updraft.model.TinyModels;

/** A real server over a real engine, on a free port; the model is a fake. */
final class TestServer implements AutoCloseable {
  static final String MODEL = "tiny-llama-Q8_0";
  private static final JsonMapper JSON = JsonMapper.shared();

  final Engine engine;

  /** Null when it is not the one under the tests' control. */
  final HashBackend backend;

  final UpdraftServer server;
  final int port;
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestServer(EngineOptions options, ServerOptions serverOptions) {
    engine = Engine.open(options);
    backend = options.backend().equals("paced") ? PacedBackend.latest() : null;
    server = new UpdraftServer(engine, serverOptions);
    try {
      port = server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TestServer start(Path folder) {
    return start(folder, options -> options, options -> options);
  }

  static TestServer start(
      Path folder,
      UnaryOperator<EngineOptions.Builder> engine,
      UnaryOperator<ServerOptions> server) {
    return over(
        TinyModels.llama(folder),
        options -> engine.apply(options.backend("paced").threads(1)),
        server);
  }

  /** Over a model of its own. */
  static TestServer over(
      Path model,
      UnaryOperator<EngineOptions.Builder> engine,
      UnaryOperator<ServerOptions> server) {
    return new TestServer(
        engine.apply(EngineOptions.builder(model)).build(),
        server.apply(ServerOptions.onLoopback(0)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  HttpRequest posting(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body))
        .build();
  }

  HttpResponse<String> send(HttpRequest request) {
    try {
      return client.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> get(String path) {
    return send(request(path).build());
  }

  HttpResponse<String> post(String path, String body) {
    return send(posting(path, body));
  }

  /** The answer to a request that must succeed. */
  JsonNode ok(String path, String body) {
    HttpResponse<String> response = post(path, body);
    if (response.statusCode() != 200) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return json(response.body());
  }

  /** The data of a stream's events. */
  List<String> events(String path, String body) {
    return events(post(path, body).body());
  }

  static List<String> events(String stream) {
    return stream
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> line.substring("data: ".length()))
        .toList();
  }

  /** The chunks of a stream that must end with [DONE]. */
  List<JsonNode> chunks(String path, String body) {
    List<String> events = events(path, body);
    if (!events.getLast().equals("[DONE]")) {
      throw new AssertionError(events);
    }
    return events.subList(0, events.size() - 1).stream().map(TestServer::json).toList();
  }

  static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  /** A metric's value, by its name with labels. */
  double metric(String name) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  /** A connection for what an HTTP client would not send. */
  Socket connect(String text) throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(20_000);
    write(socket, text);
    return socket;
  }

  static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    socket.getOutputStream().flush();
  }

  static String rawPost(String path, String body) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  @Override
  public void close() {
    PacedBackend.openGate();
    if (backend != null) {
      backend.beforeForward(() -> {});
    }
    client.shutdownNow();
    client.close();
    server.stop();
  }
}
