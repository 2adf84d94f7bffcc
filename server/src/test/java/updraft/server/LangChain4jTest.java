package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** LangChain4j's OpenAI model against a server. */
class LangChain4jTest {
  private static final JsonObjectSchema TRIP =
      JsonObjectSchema.builder()
          .addEnumProperty("city", List.of("Paris", "Oslo"))
          .addBooleanProperty("sure")
          .required("city", "sure")
          .additionalProperties(false)
          .build();

  private static final ToolSpecification TRAVEL =
      ToolSpecification.builder().name("travel").description("goes").parameters(TRIP).build();

  @TempDir static Path folder;
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start(folder, e -> e, options -> options.withApiKey("key"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static OpenAiChatModel model(String key) {
    return OpenAiChatModel.builder()
        .baseUrl("http://127.0.0.1:" + server.port + "/v1")
        .apiKey(key)
        .modelName(TestServer.MODEL)
        .temperature(0.0)
        .maxCompletionTokens(200)
        .maxRetries(0)
        .build();
  }

  private static ChatRequest.Builder hello() {
    return ChatRequest.builder().messages(UserMessage.from("hello"));
  }

  @Test
  void streamsWhatItAnswersWhole() throws Exception {
    ChatResponse whole = model("key").chat(hello().build());
    StringBuilder text = new StringBuilder();
    ChatResponse last = stream(hello().build(), text, new ArrayList<>());
    assertThat(text).hasToString(whole.aiMessage().text());
    assertThat(last.finishReason()).isEqualTo(whole.finishReason());
    assertThat(last.tokenUsage().outputTokenCount())
        .isEqualTo(whole.tokenUsage().outputTokenCount());
  }

  /** The answer in whole; its text and its calls as they came. */
  private static ChatResponse stream(
      ChatRequest request, StringBuilder text, List<PartialToolCall> calls) throws Exception {
    CompletableFuture<ChatResponse> streamed = new CompletableFuture<>();
    OpenAiStreamingChatModel.builder()
        .baseUrl("http://127.0.0.1:" + server.port + "/v1")
        .apiKey("key")
        .modelName(TestServer.MODEL)
        .temperature(0.0)
        .maxCompletionTokens(200)
        .build()
        .chat(
            request,
            new StreamingChatResponseHandler() {
              @Override
              public void onPartialResponse(String part) {
                text.append(part);
              }

              @Override
              public void onPartialToolCall(PartialToolCall part) {
                calls.add(part);
              }

              @Override
              public void onCompleteResponse(ChatResponse response) {
                streamed.complete(response);
              }

              @Override
              public void onError(Throwable error) {
                streamed.completeExceptionally(error);
              }
            });
    return streamed.get(30, TimeUnit.SECONDS);
  }

  @Test
  void aCallIsStreamedInPieces() throws Exception {
    List<PartialToolCall> pieces = new ArrayList<>();
    ChatResponse called =
        stream(
            hello().toolSpecifications(TRAVEL).toolChoice(ToolChoice.REQUIRED).build(),
            new StringBuilder(),
            pieces);
    assertThat(called.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    ToolExecutionRequest request = called.aiMessage().toolExecutionRequests().getFirst();
    assertFits(request.arguments());
    List<PartialToolCall> first = pieces.stream().filter(piece -> piece.index() == 0).toList();
    assertThat(first).hasSizeGreaterThan(2).allMatch(piece -> piece.name().equals("travel"));
    assertThat(first.stream().map(PartialToolCall::partialArguments).collect(Collectors.joining()))
        .isEqualTo(request.arguments());
  }

  @Test
  void aSchemaIsHeldTo() {
    ResponseFormat format =
        ResponseFormat.builder()
            .type(ResponseFormatType.JSON)
            .jsonSchema(JsonSchema.builder().name("trip").rootElement(TRIP).build())
            .build();
    ChatResponse response = model("key").chat(hello().responseFormat(format).build());
    assertFits(response.aiMessage().text());
  }

  private static void assertFits(String json) {
    JsonNode trip = TestServer.json(json);
    assertThat(trip.path("city").asString()).isIn("Paris", "Oslo");
    assertThat(trip.path("sure").isBoolean()).isTrue();
  }

  @Test
  void aToolIsCalledAndItsResultTold() {
    ChatResponse called =
        model("key")
            .chat(hello().toolSpecifications(TRAVEL).toolChoice(ToolChoice.REQUIRED).build());
    assertThat(called.finishReason()).isEqualTo(FinishReason.TOOL_EXECUTION);
    ToolExecutionRequest request = called.aiMessage().toolExecutionRequests().getFirst();
    assertThat(request.name()).isEqualTo("travel");
    assertFits(request.arguments());
    ChatResponse after =
        model("key")
            .chat(
                ChatRequest.builder()
                    .messages(
                        UserMessage.from("hello"),
                        called.aiMessage(),
                        ToolExecutionResultMessage.from(request, "booked"))
                    .toolSpecifications(TRAVEL)
                    .build());
    assertThat(after.tokenUsage().inputTokenCount())
        .isGreaterThan(called.tokenUsage().inputTokenCount());
  }

  @Test
  void aWrongKeyIsRefused() {
    assertThatThrownBy(() -> model("wrong").chat(hello().build()))
        .hasMessageContaining("Authorization header");
  }
}
