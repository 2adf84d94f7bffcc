package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Recorded requests: in the ring, in answers, in streams. */
class DebugRoutesTest {
  /** Generated twice, so that the second time there is something to draft from. */
  private static final String BODY =
      "\"prompt\": \"the storm\", \"ignore_eos\": true, \"max_tokens\": 40, \"temperature\": 0,"
          + " \"speculation\": {\"method\": \"ngram\", \"nodes\": 6}";

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder, engine -> engine.recentRequests(5), options -> options);
    server.ok("/v1/completions", "{" + BODY + "}");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static JsonNode recorded() {
    JsonNode answer = server.ok("/v1/completions", "{" + BODY + ", \"debug\": true}");
    return TestServer.json(
        server.get("/debug/requests/" + answer.path("debug_id").asString()).body());
  }

  @Test
  void theAnswerSaysWhereItCanBeLookedIntoAndWhy() {
    HttpResponse<String> response =
        server.post("/v1/completions", "{" + BODY + ", \"debug\": true}");
    JsonNode answer = TestServer.json(response.body());

    assertThat(response.headers().firstValue("X-Request-Id"))
        .contains(answer.path("debug_id").asString());
    assertThat(answer.at("/explanation/words").size()).isPositive();
    assertThat(answer.at("/choices/0/text").asString()).isNotEmpty();
  }

  @Test
  void roundsAddUpToTheAnswer() {
    JsonNode request = recorded();
    int tokens = 1; // prefill's
    int accepted = 0;
    int drafted = 0;
    for (JsonNode round : request.path("rounds")) {
      accepted += round.path("accepted").asInt();
      drafted += round.path("nodes_chosen").asInt();
      tokens += round.path("accepted").asInt() + (round.has("bonus") ? 1 : 0);
    }

    assertThat(tokens).isEqualTo(40);
    assertThat(accepted).isPositive().isEqualTo(request.path("accepted").asInt());
    assertThat(drafted).isEqualTo(request.path("drafted").asInt());
  }

  @Test
  void aTreeIsConsistent() {
    for (JsonNode round : recorded().path("rounds")) {
      JsonNode tree = round.path("tree");
      int size = round.path("nodes_chosen").asInt() + 1;
      for (String name :
          List.of(
              "token",
              "text",
              "parent",
              "depth",
              "draft_probability",
              "target_probability",
              "accepted")) {
        assertThat(tree.path(name).size()).as(name).isEqualTo(size);
      }
      assertThat(tree.at("/parent/0").asInt()).isEqualTo(-1);
      assertThat(tree.at("/accepted/0").asBoolean()).isTrue();
      Map<Integer, Double> mass = new HashMap<>();
      for (int node = 1; node < size; node++) {
        int parent = tree.path("parent").get(node).asInt();
        assertThat(parent).isBetween(0, node - 1);
        assertThat(tree.path("depth").get(node).asInt())
            .isEqualTo(tree.path("depth").get(parent).asInt() + 1);
        mass.merge(parent, tree.path("target_probability").get(node).asDouble(), Double::sum);
      }
      assertThat(mass.values()).allSatisfy(sum -> assertThat(sum).isBetween(0.0, 1.0001));
    }
  }

  @Test
  void partsMultiplyToTheActualSpeedup() {
    JsonNode why = recorded().path("explanation");
    double product = 1;
    for (String part : List.of("acceptance", "draft_cost", "verify_cost", "batch", "calibration")) {
      product *= why.path("parts").path(part).asDouble();
    }

    assertThat(product).isCloseTo(why.path("actual_speedup").asDouble(), within(1e-6));
    assertThat(why.at("/budgets/0/nodes").asInt()).isZero();
    assertThat(why.at("/budgets/0/predicted_speedup").asDouble()).isCloseTo(1, within(1e-9));
    assertThat(why.path("cost_curve").size()).isPositive();
  }

  @Test
  void spansLieWithinTheRequest() {
    JsonNode request = recorded();
    List<String> names = new ArrayList<>();
    for (JsonNode span : request.path("spans")) {
      names.add(span.path("name").asString());
      assertThat(span.path("start_ms").asDouble()).isNotNegative();
      assertThat(span.path("start_ms").asDouble() + span.path("duration_ms").asDouble())
          .isLessThanOrEqualTo(request.path("duration_ms").asDouble() + 1e-6);
    }

    assertThat(names)
        .contains(
            "tokenize",
            "prefill_waiting",
            "prefill_forward",
            "decode_forward",
            "spec_draft",
            "spec_verify",
            "spec_draft_extend");
  }

  @Test
  void theListHasNewestFirstAndNoMoreThanAsked() {
    for (int i = 0; i < 6; i++) {
      server.ok("/v1/completions", "{" + BODY + "}");
    }
    String last =
        server.ok("/v1/completions", "{" + BODY + ", \"debug\": true}").path("debug_id").asString();
    JsonNode requests = TestServer.json(server.get("/debug/requests").body()).path("requests");

    assertThat(requests.size()).isEqualTo(5);
    assertThat(requests.at("/0/id").asString()).isEqualTo(last);
    assertThat(requests.at("/0/status").asString()).isEqualTo("finished");
    assertThat(requests.at("/0/finish_reason").asString()).isEqualTo("length");
    assertThat(requests.at("/0/completion_tokens").asInt()).isEqualTo(40);
    assertThat(requests.at("/0/recorded").asBoolean()).isTrue();
    assertThat(requests.at("/1/recorded").asBoolean()).isFalse();
  }

  @Test
  void aStreamTellsWhoCameUpWithEachToken() {
    List<JsonNode> chunks =
        server.chunks("/v1/completions", "{" + BODY + ", \"debug\": true, \"stream\": true}");
    StringBuilder told = new StringBuilder();
    StringBuilder text = new StringBuilder();
    List<String> origins = new ArrayList<>();
    for (JsonNode chunk : chunks) {
      text.append(chunk.at("/choices/0/text").asString());
      for (JsonNode token : chunk.path("tokens")) {
        told.append(token.path("text").asString());
        origins.add(token.path("origin").asString());
      }
    }

    assertThat(origins).hasSize(40).contains("target", "ngram");
    assertThat(text).startsWith(told.toString());
    assertThat(chunks.getLast().has("debug_id")).isTrue();
  }

  @Test
  void withoutDebugNothingIsRecordedOrTold() {
    HttpResponse<String> response = server.post("/v1/completions", "{" + BODY + "}");
    String id = response.headers().firstValue("X-Request-Id").orElseThrow();
    JsonNode request = TestServer.json(server.get("/debug/requests/" + id).body());

    assertThat(response.body()).doesNotContain("debug_id");
    assertThat(request.path("rounds").isArray()).isFalse();
    assertThat(request.path("id").asString()).isEqualTo(id);
  }

  @Test
  void anUnknownIdIsRefused() {
    HttpResponse<String> response = server.get("/debug/requests/nobody");

    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.body()).contains("id must be of one of the last 5 requests: id=nobody");
  }
}
