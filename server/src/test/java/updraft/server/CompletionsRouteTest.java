package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CompletionsRouteTest {
  private static final String GREEDY =
      "\"prompt\": \"the storm\", \"temperature\": 0, \"ignore_eos\": true, \"max_tokens\": 24";

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

  private static JsonNode complete(String fields) {
    return server.ok("/v1/completions", "{" + fields + "}");
  }

  private static List<JsonNode> stream(String fields) {
    return server.chunks("/v1/completions", "{" + fields + ", \"stream\": true}");
  }

  private static String text(JsonNode answer) {
    return answer.at("/choices/0/text").asString();
  }

  @Test
  void answersWithTextUsageAndSpeculation() {
    JsonNode answer = complete(GREEDY + ", \"model\": \"" + TestServer.MODEL + "\"");

    assertThat(answer.path("object").asString()).isEqualTo("text_completion");
    assertThat(answer.path("id").asString()).startsWith("cmpl-");
    assertThat(answer.path("model").asString()).isEqualTo(TestServer.MODEL);
    assertThat(text(answer)).isNotEmpty();
    assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("length");
    int prompt = server.engine.encode("the storm", false).length;
    assertThat(answer.at("/usage/prompt_tokens").asInt()).isEqualTo(prompt);
    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(24);
    assertThat(answer.at("/usage/total_tokens").asInt()).isEqualTo(prompt + 24);
    assertThat(answer.at("/speculation/rounds").asInt()).isPositive();
  }

  @Test
  void takesTokenIdsAsThePromptToo() {
    String ids = java.util.Arrays.toString(server.engine.encode("the storm", false));

    assertThat(text(complete(GREEDY.replace("\"the storm\"", ids))))
        .isEqualTo(text(complete(GREEDY)));
    assertThat(text(complete(GREEDY.replace("\"the storm\"", "[\"the storm\"]"))))
        .isEqualTo(text(complete(GREEDY)));
  }

  @Test
  void generatesSixteenTokensUnlessTold() {
    JsonNode answer = complete("\"prompt\": \"x\", \"ignore_eos\": true, \"max_tokens\": null");

    assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(16);
  }

  @Test
  void streamsThePiecesOfTheWholeAnswer() {
    List<JsonNode> chunks = stream(GREEDY);

    StringBuilder text = new StringBuilder();
    chunks.forEach(chunk -> text.append(text(chunk)));
    assertThat(text).hasToString(text(complete(GREEDY)));
    assertThat(chunks).hasSizeGreaterThan(10).allMatch(chunk -> chunk.path("choices").size() == 1);
    assertThat(chunks.getLast().at("/choices/0/finish_reason").asString()).isEqualTo("length");
    assertThat(chunks.getLast().at("/speculation/rounds").asInt()).isPositive();
    assertThat(chunks).noneMatch(chunk -> chunk.has("usage"));
  }

  @Test
  void streamsUsageInALastChunkWithoutChoicesWhenAsked() {
    List<JsonNode> chunks = stream(GREEDY + ", \"stream_options\": {\"include_usage\": true}");

    JsonNode last = chunks.getLast();
    assertThat(last.path("choices").size()).isZero();
    assertThat(last.at("/usage/completion_tokens").asInt()).isEqualTo(24);
    assertThat(last.at("/speculation/rounds").asInt()).isPositive();
    assertThat(chunks.subList(0, chunks.size() - 1))
        .noneMatch(chunk -> chunk.has("usage") || chunk.has("speculation"));
  }

  @Test
  void endsAtAStopStringWithoutShowingIt() {
    String whole = text(complete(GREEDY));
    String stop = whole.substring(6, 9);
    String expected = whole.substring(0, whole.indexOf(stop));
    JsonNode answer = complete(GREEDY + ", \"stop\": [\"" + stop + "\", \"never\"]");

    assertThat(text(answer)).isEqualTo(expected);
    assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
  }

  @Test
  void theSameSeedGivesTheSameTextAndChoicesDiffer() {
    String sampled =
        "\"prompt\": \"a\", \"seed\": 7, \"n\": 3, \"ignore_eos\": true, \"temperature\": 1.5";
    JsonNode first = complete(sampled);

    assertThat(complete(sampled).path("choices")).isEqualTo(first.path("choices"));
    assertThat(first.path("choices").size()).isEqualTo(3);
    assertThat(first.at("/choices/1/text")).isNotEqualTo(first.at("/choices/0/text"));
    assertThat(first.at("/usage/completion_tokens").asInt()).isEqualTo(48);
  }

  @Test
  void aBiasForcesATokenAndSamplingFieldsAreTaken() {
    int token = server.engine.encode("z", false)[0];
    JsonNode answer =
        complete(
            "\"prompt\": \"a\", \"max_tokens\": 3, \"top_k\": 40, \"min_p\": 0.01,"
                + " \"top_p\": 0.9, \"frequency_penalty\": 0.1, \"presence_penalty\": 0.1,"
                + " \"repetition_penalty\": 1.1, \"logit_bias\": {\""
                + token
                + "\": 100}");

    assertThat(text(answer)).isEqualTo("zzz");
  }

  @Test
  void reportsLogprobs() {
    JsonNode logprobs = complete(GREEDY + ", \"logprobs\": 2").at("/choices/0/logprobs");

    assertThat(logprobs.path("tokens").size()).isEqualTo(24);
    assertThat(logprobs.path("token_logprobs").get(3).asDouble()).isNegative();
    assertThat(logprobs.path("top_logprobs").get(3).size()).isBetween(1, 2);
    assertThat(logprobs.path("text_offset").get(0).asInt()).isZero();
    assertThat(logprobs.path("text_offset").get(1).asInt()).isPositive();
    assertThat(complete(GREEDY).at("/choices/0/logprobs").isNull()).isTrue();
  }

  @Test
  void speculationNeverChangesTheText() {
    String text = text(complete(GREEDY));

    for (String speculation :
        List.of("\"off\"", "\"ngram\"", "\"auto\"", "{\"method\": \"ngram\", \"nodes\": 4}")) {
      assertThat(text(complete(GREEDY + ", \"speculation\": " + speculation))).isEqualTo(text);
    }
    String prediction =
        "{\"type\": \"content\", \"content\": [{\"type\": \"text\", \"text\": \""
            + "guess"
            + "\"}]}";
    assertThat(text(complete(GREEDY + ", \"prediction\": " + prediction))).isEqualTo(text);
    assertThat(complete(GREEDY + ", \"speculation\": \"off\"").at("/speculation/method").asString())
        .isEqualTo("off");
  }
}
