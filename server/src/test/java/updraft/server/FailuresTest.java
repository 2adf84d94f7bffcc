package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What goes wrong in the engine is told in one line, and the engine goes on. */
class FailuresTest {
  private static final String GREEDY =
      "{\"prompt\": \"the storm\", \"ignore_eos\": true, \"max_tokens\": 12, \"temperature\": 0";

  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(folder);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aFaultInThePromptIsAnError() {
    int token = server.engine.encode("q", false)[0];
    server.backend.failOn(token);

    for (String stream : List.of("false", "true")) {
      HttpResponse<String> response =
          server.post(
              "/v1/completions", "{\"prompt\": [" + token + "], \"stream\": " + stream + "}");
      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(TestServer.json(response.body()).at("/error/message").asString())
          .isEqualTo("NaN in layer 1");
    }
    assertThat(server.post("/v1/completions", "{\"prompt\": \"a\"}").statusCode()).isEqualTo(200);
  }

  @Test
  void aFaultInTheMiddleOfAStreamIsItsLastEvent() {
    JsonNode ids = server.ok("/generate", GREEDY + "}").path("token_ids");
    server.backend.failOn(ids.get(6).asInt());

    for (String route : List.of("/v1/completions", "/generate")) {
      String stream = server.post(route, GREEDY + ", \"stream\": true}").body();
      assertThat(stream).contains("\n\nevent: error\ndata: {\"error\":");
      List<String> events = TestServer.events(stream);
      assertThat(events).hasSizeGreaterThan(2);
      assertThat(events.getLast()).isEqualTo("[DONE]");
      JsonNode error = TestServer.json(events.get(events.size() - 2)).path("error");
      assertThat(error.path("message").asString()).isEqualTo("NaN in layer 1");
      assertThat(error.path("type").asString()).isEqualTo("server_error");
    }
    await().untilAsserted(() -> assertThat(server.metric("updraft_running_sequences")).isZero());
  }

  @Test
  void aForwardThatThrowsFailsItsRequestsAlone() {
    server.backend.throwAfter(3);
    HttpResponse<String> response = server.post("/v1/completions", GREEDY + "}");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(TestServer.json(response.body()).at("/error/message").asString())
        .isEqualTo("forward failed on purpose");
    assertThat(server.post("/v1/completions", GREEDY + "}").statusCode()).isEqualTo(200);
  }

  @Test
  void healthIsDegradedUntilAForwardSucceedsAgain() {
    server.backend.throwAfter(2);
    server.post("/v1/completions", GREEDY + "}");
    HttpResponse<String> degraded = server.get("/health");
    assertThat(degraded.statusCode()).isEqualTo(503);
    assertThat(TestServer.json(degraded.body()).path("status").asString()).isEqualTo("degraded");
    assertThat(TestServer.json(degraded.body()).path("reasons").properties())
        .extracting(reason -> reason.getValue().asString())
        .containsExactly("forward failed on purpose");

    assertThat(server.post("/v1/completions", GREEDY + "}").statusCode()).isEqualTo(200);
    HttpResponse<String> well = server.get("/health");
    assertThat(well.statusCode()).isEqualTo(200);
    assertThat(TestServer.json(well.body()).path("status").asString()).isEqualTo("ok");
    assertThat(TestServer.json(well.body()).has("reasons")).isFalse();
  }
}
