package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is refused, with which status, in OpenAI's shape, naming which field. */
class BadInputTest {
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

  private static JsonNode refused(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().firstValue("X-Request-Id")).isPresent();
    JsonNode error = TestServer.json(response.body()).path("error");
    assertThat(error.path("message").asString()).isNotEmpty().doesNotContain("\n");
    assertThat(error.path("type").asString()).isNotEmpty();
    assertThat(error.has("param")).isTrue();
    assertThat(error.has("code")).isTrue();
    return error;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "temperature": -1           | temperature            | temperature must be in [0, 100]: temperature=-1.0
          "temperature": "hot"        | temperature            | temperature must be a number: temperature="hot"
          "temperature": 1e999        | temperature            | temperature must be in [0, 100]: temperature=Infinity
          "top_p": 0                  | top_p                  | top_p must be in (0, 1]: top_p=0.0
          "top_k": -3                 | top_k                  | top_k must be at least 0: top_k=-3
          "top_k": 1.5                | top_k                  | top_k must be an integer: top_k=1.5
          "min_p": 2                  | min_p                  | min_p must be in [0, 1]: min_p=2.0
          "n": 0                      | n                      | n must be in [1, 16]: n=0
          "n": 17                     | n                      | n must be in [1, 16]: n=17
          "n": "two"                  | n                      | n must be an integer: n="two"
          "seed": 1e30                | seed                   | seed must be an integer: seed=1.0E30
          "seed": 99999999999999999999 | seed                  | seed must be an integer: seed=99999999999999999999
          "stop": ""                  | stop                   | stop must not hold an empty string
          "stop": [1]                 | stop                   | stop must be a string or an array of strings: stop=[1]
          "stream": "yes"             | stream                 | stream must be true or false: stream="yes"
          "presence_penalty": 3       | presence_penalty       | presence_penalty must be in [-2, 2]: presence_penalty=3.0
          "frequency_penalty": -3     | frequency_penalty      | frequency_penalty must be in [-2, 2]: frequency_penalty=-3.0
          "repetition_penalty": 0     | repetition_penalty     | repetition_penalty must be in (0, 10]: repetition_penalty=0.0
          "logit_bias": [1]           | logit_bias             | logit_bias must be an object of numbers by token id: logit_bias=[1]
          "logit_bias": {"a": 1}      | logit_bias             | logit_bias must be an object of numbers by token id: logit_bias={"a":1}
          "logit_bias": {"512": 1}    | logit_bias             | logit_bias tokens must be in [0, 512): token=512
          "max_tokens": 0             | max_tokens             | max_tokens must be at least 1: max_tokens=0
          "max_tokens": 2000          | max_tokens             | prompt and max_tokens together must fit the context: prompt_tokens=1, max_tokens=2000, context_length=1024
          "speculation": "magic"      | speculation.method     | speculation.method must be one of auto, off, ngram, eagle, draft, ngram+eagle: speculation.method=magic
          "speculation": {"nodes": 64} | speculation.nodes     | speculation.nodes must be in [0, 63]: speculation.nodes=64
          "speculation": {"match": "x"} | speculation.match    | speculation.match must be recency or frequency: speculation.match=x
          "speculation": 5            | speculation            | speculation must be an object: speculation=5
          "prediction": {"content": 5} | prediction.content    | prediction.content must be a string or an array of text parts
          "trace_level": 4            | trace_level            | trace_level must be in [0, 3]: trace_level=4
          "model": 4                  | model                  | model must be a string: model=4
          """)
  void refusesFieldsByName(String field, String name, String message) {
    for (String route : new String[] {"/v1/completions", "/generate"}) {
      JsonNode error = refused(server.post(route, "{\"prompt\": \"a\", " + field + "}"), 400);

      assertThat(error.path("param").asString()).isEqualTo(name);
      assertThat(error.path("message").asString()).isEqualTo(message);
      assertThat(error.path("type").asString()).isEqualTo("invalid_request_error");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          /v1/completions  | {}                                       | prompt   | prompt must be one text or one array of token ids: prompts=0
          /v1/completions  | {"prompt": ""}                           | prompt   | prompt must not be empty
          /v1/completions  | {"prompt": []}                           | prompt   | prompt must hold at least one token: prompt_tokens=0
          /v1/completions  | {"prompt": ["a", "b"]}                   | prompt   | prompt must be one text or one array of token ids: prompts=2
          /v1/completions  | {"prompt": 5}                            | prompt   | prompt must be a string or an array of strings: prompt=5
          /v1/completions  | {"prompt": [1, "a"]}                     | prompt   | prompt must be an array of token ids: prompt=[1,"a"]
          /v1/completions  | {"prompt": [-1]}                         | prompt   | prompt tokens must be in [0, 512): token=-1
          /v1/completions  | {"prompt": [512]}                        | prompt   | prompt tokens must be in [0, 512): token=512
          /v1/completions  | {"prompt": "a", "logprobs": 21}          | logprobs | logprobs must be in [0, 20]: logprobs=21
          /v1/completions  | {"prompt": "a", "logprobs": -1}          | logprobs | logprobs must be in [0, 20]: logprobs=-1
          /v1/completions  | {"prompt": "a", "stream_options": 3}     | stream_options | stream_options must be an object: stream_options=3
          /v1/completions  | {"prompt": "a", "echo": true}            | echo     | echo must be false: echo=true
          /v1/completions  | {"prompt": "a", "suffix": "b"}           | suffix   | suffix must be left out, it is not supported
          /v1/completions  | {"prompt": "a", "best_of": 2}            | best_of  | best_of must equal n: best_of=2, n=1
          /v1/chat/completions | {}                                   | messages | messages must be an array of at least one message
          /v1/chat/completions | {"messages": []}                     | messages | messages must be an array of at least one message
          /v1/chat/completions | {"messages": ["a"]}                  | messages[0] | messages[0] must be an object
          /v1/chat/completions | {"messages": [{"content": "a"}]}     | messages[0].role | messages[0].role must be one of system, developer, user, assistant, tool, function: role=
          /v1/chat/completions | {"messages": [{"role": "user", "content": 5}]} | messages[0].content | messages[0].content must be a string or an array of text parts
          /v1/chat/completions | {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]} | messages[0].content | messages[0].content must hold text parts only: part="image_url"
          /tokenize        | {}                                       | prompt   | prompt must be a text
          /tokenize        | {"prompt": "a", "special": 1}            | special  | special must be true or false: special=1
          /detokenize      | {}                                       | ids      | ids must be an array of token ids
          /detokenize      | {"ids": [512]}                           | ids      | ids must be in [0, 512): id=512
          """)
  void refusesPromptsAndContents(String path, String body, String name, String message) {
    JsonNode error = refused(server.post(path, body), 400);

    assertThat(error.path("param").asString()).isEqualTo(name);
    assertThat(error.path("message").asString()).isEqualTo(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "max_completion_tokens": 2000 | max_completion_tokens | max_completion_tokens=2000
          "max_tokens": 2000            | max_tokens            | max_tokens=2000
          "top_logprobs": 2             | top_logprobs          | top_logprobs needs logprobs=true
          "logprobs": 3                 | logprobs              | logprobs must be true or false
          "logprobs": true, "top_logprobs": 21 | top_logprobs   | top_logprobs must be in [0, 20]
          "tools": [{"type": "function"}] | tools[0]            | tools[0] must be of type function
          "response_format": {"type": "xml"} | response_format | response_format.type must be text
          "chat_template_kwargs": 1     | chat_template_kwargs  | chat_template_kwargs must be an object
          """)
  void refusesChatFieldsByTheirOwnNames(String field, String name, String message) {
    String messages = "\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]";
    JsonNode error =
        refused(server.post("/v1/chat/completions", "{" + messages + ", " + field + "}"), 400);

    assertThat(error.path("param").asString()).isEqualTo(name);
    assertThat(error.path("message").asString()).contains(message);
  }

  @Test
  void refusesPromptsLongerThanTheContext() {
    String words = "storm ".repeat(600);
    JsonNode error = refused(server.post("/generate", "{\"prompt\": \"" + words + "\"}"), 400);
    assertThat(error.path("param").asString()).isEqualTo("prompt");
    assertThat(error.path("message").asString())
        .startsWith("prompt must be shorter than the context: prompt_tokens=")
        .endsWith("context_length=1024");

    String message = "{\"role\": \"user\", \"content\": \"" + words + "\"}";
    JsonNode chat =
        refused(server.post("/v1/chat/completions", "{\"messages\": [" + message + "]}"), 400);
    assertThat(chat.path("param").asString()).isEqualTo("messages");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[1]",
        "nul",
        "{\"prompt\": \"a\"",
        "{'prompt': 1}",
        "\"a\"",
        "{\"a\": NaN}"
      })
  void refusesMalformedJson(String body) {
    JsonNode error = refused(server.post("/v1/completions", body), 400);

    assertThat(error.path("message").asString()).startsWith("the body must be ");
  }

  @Test
  void refusesDeepJson() {
    String deep = "{\"prompt\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    JsonNode error = refused(server.post("/v1/completions", deep), 400);

    assertThat(error.path("message").asString())
        .contains("nesting depth (65) exceeds the maximum allowed (64)");
  }

  @Test
  void refusesNumbersOfAbsurdLength() {
    String body = "{\"prompt\": \"a\", \"seed\": " + "9".repeat(100_000) + "}";

    refused(server.post("/v1/completions", body), 400);
  }

  @Test
  void refusesOtherContentTypes() {
    for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded"}) {
      JsonNode error =
          refused(
              server.send(
                  server
                      .request("/v1/completions")
                      .header("Content-Type", type)
                      .POST(BodyPublishers.ofString("{}"))
                      .build()),
              415);
      assertThat(error.path("message").asString())
          .isEqualTo("Content-Type must be application/json: Content-Type=" + type);
    }
    refused(
        server.send(server.request("/v1/completions").POST(BodyPublishers.ofString("{}")).build()),
        415);
    refused(
        server.send(
            server
                .request("/v1/completions")
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString("{}"))
                .build()),
        415);
  }

  @Test
  void acceptsACharsetParameter() {
    HttpResponse<String> response =
        server.send(
            server
                .request("/tokenize")
                .header("Content-Type", "Application/JSON; charset=utf-8")
                .POST(BodyPublishers.ofString("{\"prompt\": \"ö\"}"))
                .build());

    assertThat(response.statusCode()).isEqualTo(200);
  }

  @Test
  void refusesUnknownPathsAndMethods() {
    assertThat(refused(server.get("/v2/completions"), 404).path("code").asString())
        .isEqualTo("unknown_url");
    HttpResponse<String> wrongMethod = server.get("/v1/completions");
    assertThat(refused(wrongMethod, 405).path("message").asString())
        .isEqualTo("method must be one of POST");
    assertThat(wrongMethod.headers().firstValue("Allow")).contains("POST");
    assertThat(refused(server.get("/v1/models/gpt-4"), 404).path("code").asString())
        .isEqualTo("model_not_found");
  }

  @Test
  void refusesATraceLevelHeaderOutOfRange() {
    HttpResponse<String> response =
        server.send(
            server
                .request("/generate")
                .header("Content-Type", "application/json")
                .header("X-Trace-Level", "9")
                .POST(BodyPublishers.ofString("{\"prompt\": \"a\"}"))
                .build());

    assertThat(refused(response, 400).path("param").asString()).isEqualTo("X-Trace-Level");
  }
}
