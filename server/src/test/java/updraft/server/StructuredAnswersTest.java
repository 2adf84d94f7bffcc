package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Answers bound by response_format, grammar and tools; the model writes nonsense otherwise. */
class StructuredAnswersTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String MESSAGES =
      "\"max_tokens\": 400, \"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]";

  /** Every value ends after a few tokens, whatever a model that knows nothing draws. */
  private static final String SCHEMA =
      """
      {"type": "object", "properties": {
        "city": {"enum": ["Paris", "Oslo"]},
        "days": {"type": "array", "items": {"type": "integer", "minimum": -9, "maximum": 40},
                 "minItems": 1, "maxItems": 3},
        "note": {"type": "string", "maxLength": 12},
        "sure": {"type": "boolean"}},
       "required": ["city", "days", "sure"], "additionalProperties": false}
      """;

  private static final String TOOLS =
      ", \"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"forecast\","
          + " \"parameters\": "
          + SCHEMA
          + "}}, {\"type\": \"function\", \"function\": {\"name\": \"stop\"}}]";

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

  private static void assertFits(JsonNode value) {
    assertThat(value.path("city").asString()).isIn("Paris", "Oslo");
    assertThat(value.path("days").size()).isBetween(1, 3);
    value.path("days").forEach(day -> assertThat(day.asInt()).isBetween(-9, 40));
    assertThat(
            value
                .path("note")
                .asString("")
                .codePointCount(0, value.path("note").asString("").length()))
        .isLessThanOrEqualTo(12);
    assertThat(value.path("sure").isBoolean()).isTrue();
    assertThat(value.propertyNames()).isSubsetOf("city", "days", "note", "sure");
  }

  @ParameterizedTest
  @CsvSource({"0, off", "0, ngram", "1, off", "1, ngram"})
  void aSchemaIsHeldTo(int temperature, String method) {
    for (int seed = 0; seed < 8; seed++) {
      JsonNode answer =
          server.ok(
              CHAT,
              "{"
                  + MESSAGES
                  + ", \"seed\": "
                  + seed
                  + ", \"temperature\": "
                  + temperature
                  + ", \"speculation\": \""
                  + method
                  + "\""
                  + ", \"response_format\": {\"type\": \"json_schema\", \"json_schema\":"
                  + " {\"name\": \"trip\", \"strict\": true, \"schema\": "
                  + SCHEMA
                  + "}}}");
      assertThat(answer.at("/choices/0/finish_reason").asString()).isEqualTo("stop");
      assertFits(TestServer.json(answer.at("/choices/0/message/content").asString()));
    }
  }

  @Test
  void speculationDoesNotShow() {
    for (int seed = 0; seed < 6; seed++) {
      String fields =
          "{" + MESSAGES + ", \"seed\": " + seed + ", \"json_schema\": " + SCHEMA + ", \"n\": 2";
      JsonNode plain = server.ok(CHAT, fields + ", \"speculation\": \"off\"}").path("choices");
      JsonNode drafted =
          server
              .ok(
                  CHAT,
                  fields
                      + ", \"prediction\": {\"type\": \"content\", \"content\":"
                      + " \"{\\\"city\\\": \\\"Oslo\\\",\\\"days\\\": [1\"}}")
              .path("choices");
      assertThat(drafted).isEqualTo(plain);
    }
  }

  @Test
  void aGrammarIsHeldToOnEveryRoute() {
    String grammar = "\"grammar\": \"root ::= (\\\"yes\\\" | \\\"no\\\") \\\"!\\\"{2}\"";
    String prompt = "{\"prompt\": \"hello\", \"max_tokens\": 40, " + grammar + "}";
    assertThat(server.ok("/v1/completions", prompt).at("/choices/0/text").asString())
        .isIn("yes!!", "no!!");
    assertThat(server.ok("/generate", prompt).path("text").asString()).isIn("yes!!", "no!!");
    assertThat(
            server
                .ok(CHAT, "{" + MESSAGES + ", " + grammar + "}")
                .at("/choices/0/message/content")
                .asString())
        .isIn("yes!!", "no!!");
  }

  @Test
  void jsonObjectsAreObjects() {
    JsonNode answer =
        server.ok(
            CHAT,
            "{"
                + MESSAGES
                + ", \"temperature\": 0, \"response_format\": {\"type\": \"json_object\"}}");
    String text = answer.at("/choices/0/message/content").asString();
    assertThat(text).startsWith("{");
    if (answer.at("/choices/0/finish_reason").asString().equals("stop")) {
      assertThat(TestServer.json(text).isObject()).isTrue();
    }
  }

  @Test
  void aRequiredToolIsCalledWithFittingArguments() {
    for (int seed = 0; seed < 8; seed++) {
      JsonNode answer =
          server.ok(
              CHAT,
              "{"
                  + MESSAGES
                  + TOOLS
                  + ", \"tool_choice\": \"required\", \"seed\": "
                  + seed
                  + ", \"parallel_tool_calls\": false}");
      JsonNode choice = answer.at("/choices/0");
      assertThat(choice.path("finish_reason").asString()).isEqualTo("tool_calls");
      assertThat(choice.at("/message/content").isMissingNode()).isTrue();
      assertThat(choice.at("/message/tool_calls").size()).isEqualTo(1);
      JsonNode call = choice.at("/message/tool_calls/0");
      assertThat(call.path("id").asString()).startsWith("call_");
      assertThat(call.path("type").asString()).isEqualTo("function");
      if (call.at("/function/name").asString().equals("forecast")) {
        assertFits(TestServer.json(call.at("/function/arguments").asString()));
      } else {
        assertThat(call.at("/function/name").asString()).isEqualTo("stop");
      }
    }
  }

  @Test
  void aNamedToolIsCalledAndStreamed() {
    List<JsonNode> chunks =
        server.chunks(
            CHAT,
            "{"
                + MESSAGES
                + TOOLS
                + ", \"stream\": true, \"seed\": 3, \"tool_choice\":"
                + " {\"type\": \"function\", \"function\": {\"name\": \"forecast\"}}}");
    List<JsonNode> calls =
        chunks.stream()
            .map(chunk -> chunk.at("/choices/0/delta/tool_calls/0"))
            .filter(call -> !call.isMissingNode())
            .toList();
    assertThat(calls).hasSizeGreaterThan(3).allMatch(call -> call.path("index").asInt(-1) == 0);
    assertThat(calls.getFirst().path("id").asString()).startsWith("call_");
    assertThat(calls.getFirst().path("type").asString()).isEqualTo("function");
    assertThat(calls.getFirst().at("/function/name").asString()).isEqualTo("forecast");
    assertThat(calls.subList(1, calls.size()))
        .allMatch(
            call -> !call.has("id") && !call.has("type") && !call.path("function").has("name"));
    assertFits(
        TestServer.json(
            calls.stream()
                .map(call -> call.at("/function/arguments").asString())
                .collect(Collectors.joining())));
    assertThat(chunks.stream().map(c -> c.at("/choices/0/delta/content").asString("")))
        .allMatch(String::isEmpty);
    assertThat(chunks.getLast().at("/choices/0/finish_reason").asString()).isEqualTo("tool_calls");
  }

  @Test
  void toolsAndEarlierCallsReachTheTemplate() {
    int plain = promptTokens("");
    assertThat(promptTokens(TOOLS)).isGreaterThan(plain + 100);
    assertThat(promptTokens(TOOLS + ", \"tool_choice\": \"none\"")).isEqualTo(plain);
    JsonNode answer =
        server.ok(
            CHAT,
            "{\"max_tokens\": 1, \"messages\": [{\"role\": \"user\", \"content\": \"hi\"},"
                + " {\"role\": \"assistant\", \"content\": null, \"tool_calls\": [{\"id\":"
                + " \"call_1\", \"type\": \"function\", \"function\": {\"name\": \"stop\","
                + " \"arguments\": \"{\\\"a\\\": 1}\"}}]}, {\"role\": \"tool\", \"tool_call_id\":"
                + " \"call_1\", \"content\": \"done\"}]"
                + TOOLS
                + "}");
    assertThat(answer.at("/choices").size()).isEqualTo(1);
  }

  private static int promptTokens(String more) {
    return server
        .ok(CHAT, "{" + MESSAGES.replace("400", "1") + more + "}")
        .at("/usage/prompt_tokens")
        .asInt();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "\"response_format\": {\"type\": \"xml\"} ~ response_format ~ response_format.type must be"
            + " text, json_object or json_schema: response_format.type=xml",
        "\"response_format\": {\"type\": \"json_schema\"} ~ response_format ~"
            + " response_format.json_schema must have a schema",
        "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"schema\":"
            + " {\"enum\": []}}} ~ response_format ~ response_format: a schema must be satisfied by"
            + " some value: schema=#",
        "\"response_format\": {\"type\": \"json_schema\", \"json_schema\": {\"schema\":"
            + " {\"$ref\": \"#\"}}} ~ response_format ~ response_format: a grammar must match some"
            + " text, this one matches none",
        "\"json_schema\": {\"type\": \"string\", \"pattern\": \"(a)\\\\1\"} ~ json_schema ~"
            + " json_schema: pattern must not have the escape \\1: pattern=(a)\\1",
        "\"json_schema\": {\"type\": \"string\", \"pattern\": \"((a{999}){999}){999}\"} ~"
            + " json_schema ~ json_schema: a grammar must have at most 65536 parts, repetitions"
            + " counted as often as they repeat",
        "\"grammar\": \"root ::= (\" ~ grammar ~ grammar: ) is missing: grammar line=1, column=11",
        "\"grammar\": \"root ::= [a]\", \"json_schema\": {} ~ grammar ~ one of response_format,"
            + " json_schema and grammar must stand alone",
        "\"grammar\": \"root ::= [a]\", \"ignore_eos\": true ~ ignore_eos ~ ignore_eos must be"
            + " false when a grammar says where the answer ends",
        "\"tool_choice\": \"required\" ~ tool_choice ~ tool_choice=required needs tools",
        "\"tool_choice\": \"sometimes\" ~ tool_choice ~ tool_choice must be none, auto, required or"
            + " a function: tool_choice=sometimes",
        "\"tool_choice\": {\"type\": \"function\", \"function\": {\"name\": \"fly\"}} ~ tool_choice"
            + " ~ tool_choice must name one of the tools: function=fly",
        "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"a b\"}}] ~"
            + " tools[0].function.name ~ tools[0].function.name must be 1 to 64 of a-z, A-Z, 0-9, _"
            + " and -: name=\"a b\"",
        "\"tools\": [{\"type\": \"function\", \"function\": {\"name\": \"f\", \"strict\": true,"
            + " \"parameters\": {\"not\": {}}}}], \"tool_choice\": \"required\" ~ tools ~ f: a"
            + " schema must do without not, it is not supported: schema=#",
      })
  void whatCannotBeServedIsRefusedByName(String field, String name, String message) {
    HttpResponse<String> response = server.post(CHAT, "{" + MESSAGES + ", " + field + "}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
    JsonNode error = TestServer.json(response.body()).path("error");
    assertThat(error.path("param").asString()).isEqualTo(name);
    assertThat(error.path("message").asString()).isEqualTo(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(a+)+$", "^(a|aa)+$", "^(.*a){12}$"})
  void patternsThatMakeOthersBacktrackAreServed(String pattern) {
    JsonNode answer =
        server.ok(
            CHAT,
            "{"
                + MESSAGES.replace("400", "30")
                + ", \"json_schema\": {\"type\": \"string\","
                + " \"pattern\": \""
                + pattern
                + "\"}}");
    assertThat(answer.at("/choices/0/message/content").asString()).startsWith("\"");
  }

  @Test
  void embeddingsAreRefusedClearly() {
    HttpResponse<String> response =
        server.post("/v1/embeddings", "{\"model\": \"m\", \"input\": \"text\"}");
    assertThat(response.statusCode()).isEqualTo(501);
    assertThat(TestServer.json(response.body()).at("/error/message").asString())
        .isEqualTo("embeddings must come from another server: this one generates text alone");
  }
}
