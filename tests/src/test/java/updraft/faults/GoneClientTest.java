package updraft.faults;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.server.ServerOptions;
import updraft.server.UpdraftServer;

/** Clients that go away, over real sockets, with a real model behind. */
class GoneClientTest {
  /** Long enough not to end by itself before the client has gone. */
  private static final String LONG =
      """
      {"model": "tiny-llama-Q8_0", "prompt": "once upon a time", "max_tokens": 900,
       "ignore_eos": true, "n": 8, "temperature": 1, "stream": %s}""";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aClientThatGoesAwayIsCancelled(boolean stream) throws IOException {
    try (Engine engine = open()) {
      UpdraftServer server = new UpdraftServer(engine, ServerOptions.onLoopback(0));
      int port = server.start();
      try {
        String body = LONG.formatted(stream);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
          String head =
              "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                  + "Content-Type: application/json\r\nContent-Length: "
                  + body.getBytes(UTF_8).length
                  + "\r\n\r\n";
          socket.getOutputStream().write((head + body).getBytes(UTF_8));
          if (stream) {
            var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            while (!lines.readLine().startsWith("data: ")) {}
          } else {
            await() // a fast machine takes some tenths of a second for all of it
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> metric(port, "updraft_generated_tokens_total") > 0);
          }
        }
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> metric(port, "updraft_finished_total{finish_reason=\"abort\"}") == 8);
        await().until(() -> metric(port, "updraft_running_sequences") == 0);
        assertThat(metric(port, "updraft_pages_used")).isZero();
        assertThat(metric(port, "updraft_generated_tokens_total")).isLessThan(8 * 900);
      } finally {
        server.stop();
      }
    }
  }

  @Test
  void theEngineServesTheNextOne() throws IOException, InterruptedException {
    try (Engine engine = open()) {
      UpdraftServer server = new UpdraftServer(engine, ServerOptions.onLoopback(0));
      int port = server.start();
      try (HttpClient client = HttpClient.newHttpClient()) {
        for (int i = 0; i < 5; i++) {
          String body = LONG.formatted(true);
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
          socket
              .getOutputStream()
              .write(
                  ("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                          + "Content-Type: application/json\r\nContent-Length: "
                          + body.length()
                          + "\r\n\r\n"
                          + body.substring(0, i % 2 == 0 ? body.length() : 10))
                      .getBytes(UTF_8));
          socket.setSoLinger(true, 0); // a reset rather than an orderly end
          socket.close();
        }
        HttpRequest next =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"model\": \"tiny-llama-Q8_0\", \"prompt\": \"a\", \"max_tokens\": 5}"))
                .build();
        var response = client.send(next, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> metric(port, "updraft_running_sequences") == 0);
      } finally {
        server.stop();
      }
    }
  }

  private Engine open() {
    return Engine.open(
        EngineOptions.builder(TinyModels.llama(directory))
            .threads(1)
            .keyValueTokens(8192)
            .calibrate(false)
            .build());
  }

  private static double metric(int port, String name) throws IOException {
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
}
