package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import updraft.text.jinja.TemplateException;

class ChatTemplateTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** The date that the goldens were printed at. */
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2025-03-09T08:05:02Z"), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> writesTheSamePromptsAsJinja2() throws IOException {
    JsonNode golden = JSON.readTree(resource("golden-prompts.json"));
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode expected : golden.get("cases")) {
      String name = expected.get("conversation").asString();
      String template = expected.get("template").asString();
      JsonNode conversation = golden.get("conversations").get(name);
      tests.add(
          DynamicTest.dynamicTest(
              template + ": " + name, () -> check(resource(template), conversation, expected)));
    }
    return tests.stream();
  }

  private static void check(String source, JsonNode conversation, JsonNode expected) {
    ChatTemplate template = ChatTemplate.of(source, "<s>", "</s>").withClock(CLOCK);
    if (!expected.has("error")) {
      assertThat(render(template, conversation)).isEqualTo(expected.get("output").asString());
      return;
    }
    String error = expected.get("error").asString();
    assertThatThrownBy(() -> render(template, conversation))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> {
              String refusal = "TemplateError: ";
              assertThat(e.raised()).isEqualTo(error.startsWith(refusal));
              if (e.raised()) {
                assertThat(e).hasMessage(error.substring(refusal.length()));
              }
            });
  }

  private static String render(ChatTemplate template, JsonNode conversation) {
    List<ChatMessage> messages = new ArrayList<>();
    conversation.get("messages").forEach(message -> messages.add(ChatMessage.of(map(message))));
    List<Map<String, Object>> tools = new ArrayList<>();
    conversation.path("tools").forEach(tool -> tools.add(map(tool)));
    boolean generate = conversation.path("add_generation_prompt").asBoolean(true);
    return template.render(messages, tools, generate, map(conversation.path("extra")));
  }

  @Test
  void writesSmolLm2sFormat() throws IOException {
    ChatTemplate template =
        ChatTemplate.of(resource("smollm2.jinja"), "<|im_start|>", "<|im_end|>");

    assertThat(
            template.render(
                List.of(ChatMessage.system("Be brief."), ChatMessage.user("Hi {{ 7*7 }}")),
                List.of(),
                true,
                Map.of()))
        .isEqualTo(
            """
            <|im_start|>system
            Be brief.<|im_end|>
            <|im_start|>user
            Hi {{ 7*7 }}<|im_end|>
            <|im_start|>assistant
            """);
  }

  @Test
  void ownVariablesWinOverExtraOnes() {
    ChatTemplate template =
        ChatTemplate.of("{{ bos_token }}{{ messages | length }}{{ tools }}{{ mood }}", "B", "E");

    assertThat(
            template.render(
                List.of(), List.of(), true, Map.of("bos_token", "x", "tools", 1, "mood", "!")))
        .isEqualTo("B0None!");
  }

  @Test
  void leavesOutFieldsThatAreNull() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("role", "assistant");
    fields.put("content", null);
    ChatTemplate template =
        ChatTemplate.of("{{ messages[0].content is defined }}{{ messages[0] }}", "", "");

    assertThat(template.render(List.of(ChatMessage.of(fields)), List.of(), true, Map.of()))
        .isEqualTo("False{'role': 'assistant'}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"role\": null}", "{\"role\": \"\"}", "{\"role\": 1}"})
  void refusesAMessageWithoutRole(String fields) {
    assertThatThrownBy(() -> ChatMessage.of(map(JSON.readTree(fields))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a message must have a role: role=");
  }

  @Test
  void saysThatAModelHasNoTemplate() {
    assertThat(ChatTemplate.missing("base.gguf"))
        .isEqualTo(
            "a model must bring a chat template (tokenizer.chat_template) to answer messages:"
                + " model=base.gguf; give it a plain prompt instead");
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(JsonNode node) {
    return node.isMissingNode() ? Map.of() : JSON.convertValue(node, Map.class);
  }

  private static String resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            ChatTemplateTest.class.getResourceAsStream("/templates/" + name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
