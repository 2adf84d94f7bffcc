package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, keys, many at once, and stopping. */
class UpdraftServerTest {
  private static final String SHORT =
      "{\"prompt\": \"a\", \"max_tokens\": 8, \"ignore_eos\": true, \"temperature\": 0}";

  @TempDir Path folder;

  private static CompletableFuture<HttpResponse<String>> send(
      TestServer server, String path, String body) {
    return server.client.sendAsync(server.posting(path, body), BodyHandlers.ofString());
  }

  @Test
  void aPortInUseIsSaidInOneLine() {
    try (TestServer server = TestServer.start(folder)) {
      UpdraftServer second =
          new UpdraftServer(server.engine, ServerOptions.onLoopback(server.port));

      assertThatThrownBy(second::start)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("cannot listen on 127.0.0.1:" + server.port + " (")
          .hasMessageEndingWith("choose another port with --port, or 0 for a free one")
          .message()
          .doesNotContain("\n");
    }
  }

  @Test
  void wantsTheKeyWhenThereIsOne() {
    try (TestServer server =
        TestServer.start(folder, e -> e, options -> options.withApiKey("secret"))) {
      for (String header :
          new String[] {null, "secret", "Bearer", "Bearer secre", "Basic secret"}) {
        var request = server.request("/v1/models");
        if (header != null) {
          request.header("Authorization", header);
        }
        HttpResponse<String> response = server.send(request.build());
        assertThat(response.statusCode()).as(header).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
        assertThat(TestServer.json(response.body()).at("/error/code").asString())
            .isEqualTo("invalid_api_key");
      }
      assertThat(server.post("/v1/completions", SHORT).statusCode()).isEqualTo(401);
      assertThat(server.get("/metrics").statusCode()).isEqualTo(401);
      assertThat(server.get("/nowhere").statusCode()).isEqualTo(401);
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
      for (String header : new String[] {"Bearer secret", "bearer secret"}) {
        assertThat(
                server
                    .send(server.request("/v1/models").header("Authorization", header).build())
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  @Test
  void thirtyTwoClientsAtOnceGetTheAnswersTheyWouldGetAlone() {
    try (TestServer server = TestServer.start(folder)) {
      List<String> prompts = new ArrayList<>();
      List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        prompts.add(SHORT.replace("\"a\"", "\"storm " + i + "\""));
        sent.add(
            send(
                server,
                "/v1/completions",
                i % 2 == 0 ? prompts.get(i) : prompts.get(i).replace("}", ", \"stream\": true}")));
      }
      for (int i = 0; i < 32; i++) {
        String alone =
            server.ok("/v1/completions", prompts.get(i)).at("/choices/0/text").asString();
        assertThat(text(sent.get(i).join())).isEqualTo(alone);
      }
    }
  }

  private static String text(HttpResponse<String> response) {
    if (response.body().startsWith("{")) {
      return TestServer.json(response.body()).at("/choices/0/text").asString();
    }
    StringBuilder text = new StringBuilder();
    List<String> events = TestServer.events(response.body());
    for (String event : events.subList(0, events.size() - 1)) {
      text.append(TestServer.json(event).at("/choices/0/text").asString());
    }
    return text.toString();
  }

  @Test
  void stoppingLetsRequestsUnderWayEndAndRefusesNewOnes() {
    try (TestServer server =
        TestServer.start(folder, options -> options.maxSequences(1), options -> options)) {
      Semaphore gate = PacedBackend.gate(server.backend);
      String body = SHORT.replace("\"max_tokens\": 8", "\"max_tokens\": 500");
      var whole = send(server, "/v1/completions", body);
      await().until(() -> LimitsTest.running(server) == 1);
      var streamed = send(server, "/v1/completions", body.replace("}", ", \"stream\": true}"));
      await()
          .until(
              () -> {
                gate.release(); // the queue is looked at between steps
                return server.metric("updraft_waiting_sequences") == 1;
              });

      CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.server::stop);
      await().until(() -> server.get("/health").statusCode() == 503);
      assertThat(TestServer.json(server.get("/health").body()).path("status").asString())
          .isEqualTo("draining");
      HttpResponse<String> refused = server.post("/v1/completions", SHORT);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).contains("10");
      assertThat(TestServer.json(refused.body()).at("/error/code").asString())
          .isEqualTo("shutting_down");
      assertThat(stopped).isNotDone();

      gate.release(1000);
      stopped.join();
      assertThat(whole.join().statusCode()).isEqualTo(200);
      assertThat(text(whole.join())).isNotEmpty().isEqualTo(text(streamed.join()));
      assertThat(TestServer.events(streamed.join().body()).getLast()).isEqualTo("[DONE]");
      assertThatThrownBy(() -> server.get("/health")).rootCause().isInstanceOf(IOException.class);
    }
  }

  @Test
  void stoppingEndsWhatTakesLongerThanTheDrainTimeout() {
    try (TestServer server =
        TestServer.start(
            folder, e -> e, options -> options.withDrainTimeout(Duration.ofMillis(100)))) {
      PacedBackend.pace(server.backend, 20);
      String body = SHORT.replace("\"max_tokens\": 8", "\"max_tokens\": 900");
      var whole = send(server, "/v1/completions", body);
      await().until(() -> LimitsTest.running(server) == 1);
      var streamed = send(server, "/v1/completions", body.replace("}", ", \"stream\": true}"));
      await().until(() -> LimitsTest.running(server) == 2);
      server.server.stop();

      assertThat(whole.join().statusCode()).isEqualTo(503);
      List<String> events = TestServer.events(streamed.join().body());
      assertThat(events.getLast()).isEqualTo("[DONE]");
      assertThat(TestServer.json(events.get(events.size() - 2)).at("/error/code").asString())
          .isEqualTo("shutting_down");
    }
  }
}
