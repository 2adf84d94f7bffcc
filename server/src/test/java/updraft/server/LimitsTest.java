package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Bounds of size, time and number. */
class LimitsTest {
  private static final String LONG =
      "{\"prompt\": \"a\", \"max_tokens\": 900, \"ignore_eos\": true}";

  @TempDir Path folder;

  @Test
  void refusesBodiesThatAreTooLargeHoweverTheyAreSent() {
    try (TestServer server =
        TestServer.start(folder, e -> e, options -> options.withMaxBodyBytes(1000))) {
      String body = "{\"prompt\": \"" + "a".repeat(300_000) + "\"}";
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      HttpResponse<String> declared = server.post("/v1/completions", body);
      HttpResponse<String> chunked =
          server.send(
              server
                  .request("/v1/completions")
                  .header("Content-Type", "application/json")
                  .POST(BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(bytes)))
                  .build());

      for (HttpResponse<String> response : List.of(declared, chunked)) {
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(TestServer.json(response.body()).at("/error/message").asString())
            .isEqualTo("the body must have at most 1000 bytes");
      }
      assertThat(server.post("/tokenize", "{\"prompt\": \"a\"}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void refusesHeadersThatAreTooLarge() throws IOException {
    try (TestServer server = TestServer.start(folder);
        Socket socket =
            server.connect(
                "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Long: "
                    + "a".repeat(20_000)
                    + "\r\n\r\n")) {
      String answer = readAll(socket);
      assertThat(answer).startsWith("HTTP/1.1 431 ").contains("\"invalid_request_error\"");
    }
  }

  @Test
  void answersBrokenHttpInTheSameShape() throws IOException {
    try (TestServer server = TestServer.start(folder);
        Socket socket = server.connect("GET /health HTTP/1.1\r\nno header\r\n\r\n")) {
      String answer = readAll(socket);
      assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"invalid_request_error\"");
    }
  }

  @Test
  void aBodyThatDoesNotComeIsGivenUp() throws IOException {
    try (TestServer server =
            TestServer.start(
                folder, e -> e, options -> options.withIdleTimeout(Duration.ofMillis(300)));
        Socket socket =
            server.connect(
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")) {
      assertThat(readAll(socket))
          .startsWith("HTTP/1.1 408 ")
          .contains("the body must come within 300 ms");
    }
  }

  @Test
  void aBodyThatDripsIsGivenUp() throws IOException {
    try (TestServer server =
            TestServer.start(
                folder, e -> e, options -> options.withIdleTimeout(Duration.ofMillis(300)));
        Socket socket =
            server.connect(
                "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")) {
      CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> readAll(socket));
      await()
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                TestServer.write(socket, " ");
                return answer.isDone();
              });
      assertThat(answer.join()).startsWith("HTTP/1.1 408 ");
    }
  }

  @Test
  void anIdleConnectionIsClosedButAWaitingClientIsNot() throws IOException {
    try (TestServer server =
        TestServer.start(
            folder, e -> e, options -> options.withIdleTimeout(Duration.ofMillis(200)))) {
      try (Socket idle = server.connect("")) {
        assertThat(idle.getInputStream().read()).isEqualTo(-1);
      }
      PacedBackend.pace(server.backend, 100);
      JsonNode answer =
          server.ok("/generate", "{\"prompt\": \"a\", \"max_tokens\": 12, \"ignore_eos\": true}");
      assertThat(answer.path("completion_tokens").asInt()).isEqualTo(12);
    }
  }

  @Test
  void aClientThatDoesNotReadItsStreamIsGivenUp() throws IOException {
    try (TestServer server =
        TestServer.start(
            folder, e -> e, options -> options.withIdleTimeout(Duration.ofMillis(300)))) {
      PacedBackend.pace(server.backend, 5);
      String fields = ", \"n\": 16, \"logprobs\": 20, \"stream\": true}";
      String body = LONG.replace("}", fields);
      try (Socket socket = server.connect(TestServer.rawPost("/v1/completions", body))) {
        await().until(() -> running(server) > 0);
        await().untilAsserted(() -> assertThat(running(server)).isZero());
        assertThat(server.metric("updraft_finished_total{finish_reason=\"abort\"}")).isPositive();
        assertThat(socket.isConnected()).isTrue();
      }
    }
  }

  @Test
  void aRequestThatTakesTooLongIsEnded() {
    try (TestServer server =
        TestServer.start(
            folder, e -> e, options -> options.withRequestTimeout(Duration.ofMillis(200)))) {
      PacedBackend.pace(server.backend, 10);
      HttpResponse<String> whole = server.post("/generate", LONG);
      assertThat(whole.statusCode()).isEqualTo(504);
      assertThat(TestServer.json(whole.body()).at("/error/message").asString())
          .isEqualTo("timeout passed: timeout=PT0.2S");

      List<String> events =
          server.events("/v1/completions", LONG.replace("}", ", \"stream\": true}"));
      assertThat(events.getLast()).isEqualTo("[DONE]");
      assertThat(TestServer.json(events.get(events.size() - 2)).at("/error/code").asString())
          .isEqualTo("timeout");
      await().untilAsserted(() -> assertThat(running(server)).isZero());
    }
  }

  @Test
  void refusesWhatTheQueueCannotTakeAndLosesNothing() {
    try (TestServer server =
        TestServer.start(
            folder, options -> options.maxSequences(1).queueCapacity(2), options -> options)) {
      Semaphore gate = PacedBackend.gate(server.backend);
      String body = "{\"prompt\": \"a\", \"max_tokens\": 4, \"ignore_eos\": true}";
      List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        sent.add(
            server.client.sendAsync(
                server.posting("/v1/completions", body), BodyHandlers.ofString()));
      }
      await().until(() -> sent.stream().filter(CompletableFuture::isDone).count() >= 12 - 4);
      gate.release(1000);

      List<HttpResponse<String>> answers = sent.stream().map(CompletableFuture::join).toList();
      assertThat(answers).extracting(HttpResponse::statusCode).containsOnly(200, 429);
      assertThat(answers)
          .filteredOn(answer -> answer.statusCode() == 429)
          .allSatisfy(
              answer -> {
                assertThat(answer.headers().firstValue("Retry-After")).contains("1");
                assertThat(TestServer.json(answer.body()).at("/error/type").asString())
                    .isEqualTo("rate_limit_error");
              });
      assertThat(answers)
          .filteredOn(answer -> answer.statusCode() == 200)
          .hasSizeGreaterThanOrEqualTo(2)
          .allMatch(
              answer -> TestServer.json(answer.body()).at("/usage/completion_tokens").asInt() == 4);
    }
  }

  static double running(TestServer server) {
    return server.metric("updraft_running_sequences");
  }

  private static String readAll(Socket socket) {
    try {
      BufferedReader reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
      StringBuilder text = new StringBuilder();
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        text.append(line).append('\n');
      }
      return text.toString();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
