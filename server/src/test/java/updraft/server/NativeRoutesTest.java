package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The routes that are not OpenAI's, and the models that are served. */
class NativeRoutesTest {
  private static final String GREEDY =
      "\"prompt\": \"the storm\", \"ignore_eos\": true, \"max_tokens\": 12";

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void generateAnswersAsRunDoes() {
    JsonNode answer = server.ok("/generate", "{" + GREEDY + ", \"seed\": 3, \"logprobs\": 1}");

    assertThat(answer.path("model").asString()).isEqualTo(TestServer.MODEL);
    assertThat(answer.path("completion_tokens").asInt()).isEqualTo(12);
    assertThat(answer.path("token_ids").size()).isEqualTo(12);
    assertThat(answer.path("text").asString()).isNotEmpty();
    assertThat(answer.path("finish_reason").asString()).isEqualTo("length");
    assertThat(answer.path("seed").asLong()).isEqualTo(3);
    assertThat(answer.at("/logprobs/content").size()).isEqualTo(12);
    assertThat(answer.at("/timings/time_to_first_token_ms").asDouble()).isPositive();
    assertThat(answer.at("/timings/decode_tokens_per_second").asDouble()).isPositive();
    assertThat(answer.at("/speculation/method").asString()).isEqualTo("auto");
    assertThat(answer.at("/speculation/histogram").isArray()).isTrue();
    assertThat(answer.has("choices")).isFalse();
  }

  @Test
  void generateIsGreedyUnlessTold() {
    assertThat(server.ok("/generate", "{" + GREEDY + "}").path("token_ids"))
        .isEqualTo(server.ok("/generate", "{" + GREEDY + "}").path("token_ids"));
  }

  @Test
  void generateStreamsTokensThenTheWholeAnswer() {
    List<JsonNode> chunks = server.chunks("/generate", "{" + GREEDY + ", \"stream\": true}");

    JsonNode whole = chunks.getLast();
    assertThat(chunks).hasSize(12 + 1 + 1);
    for (int i = 0; i < 12; i++) {
      assertThat(chunks.get(i).path("token_id")).isEqualTo(whole.path("token_ids").get(i));
    }
    StringBuilder text = new StringBuilder();
    chunks.subList(0, 13).forEach(chunk -> text.append(chunk.path("text").asString()));
    assertThat(text).hasToString(whole.path("text").asString());
  }

  @Test
  void generateAnswersEveryChoice() {
    JsonNode answer =
        server.ok("/generate", "{" + GREEDY + ", \"n\": 2, \"temperature\": 1.0, \"seed\": 1}");

    assertThat(answer.path("choices").size()).isEqualTo(1);
    assertThat(answer.at("/choices/0/index").asInt()).isEqualTo(1);
    assertThat(answer.at("/choices/0/token_ids").size()).isEqualTo(12);
  }

  @Test
  void tokensComeBackAsText() {
    JsonNode ids = server.ok("/tokenize", "{\"prompt\": \"a törnado 🌪\"}").path("ids");

    assertThat(ids.size()).isPositive();
    assertThat(server.ok("/detokenize", "{\"ids\": " + ids + "}").path("text").asString())
        .isEqualTo("a törnado 🌪");
  }

  @Test
  void specialTokensAreParsedOnlyWhenAsked() {
    String prompt = "{\"prompt\": \"<|im_end|>\"";

    assertThat(server.ok("/tokenize", prompt + "}").path("ids").size()).isGreaterThan(1);
    assertThat(server.ok("/tokenize", prompt + ", \"special\": true}").path("ids"))
        .hasToString("[511]");
  }

  @Test
  void tellsTheModelAndHealth() {
    JsonNode models = TestServer.json(server.get("/v1/models").body());
    assertThat(models.at("/data/0/id").asString()).isEqualTo(TestServer.MODEL);
    assertThat(models.at("/data/0/context_length").asInt()).isEqualTo(1024);
    assertThat(server.get("/v1/models/" + TestServer.MODEL).statusCode()).isEqualTo(200);
    assertThat(TestServer.json(server.get("/health").body()).path("status").asString())
        .isEqualTo("ok");
  }

  @Test
  void exposesMetrics() {
    server.ok("/generate", "{" + GREEDY + "}");
    HttpResponse<String> metrics = server.get("/metrics");

    assertThat(metrics.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(server.metric("updraft_generated_tokens_total")).isGreaterThanOrEqualTo(12);
    assertThat(metrics.body()).contains("gen_ai_server_time_to_first_token_seconds_bucket");
  }

  @Test
  void theTraceLevelCanBeReadAndSet() {
    assertThat(server.get("/trace/level").body()).isEqualTo("{\"level\":0}");
    assertThat(put("{\"level\": 2}").body()).isEqualTo("{\"level\":2}");
    assertThat(server.engine.tracing().level()).isEqualTo(2);
    assertThat(put("{\"level\": 4}").body()).contains("level must be in [0, 3]: level=4");
    assertThat(put("{}").body()).contains("level must be in [0, 3]: it is missing");
    assertThat(put("{\"level\": 0}").statusCode()).isEqualTo(200);
  }

  private static HttpResponse<String> put(String body) {
    return server.send(
        server
            .request("/trace/level")
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body))
            .build());
  }
}
