package updraft.server;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;
import updraft.server.RequestReader.Prompt;
import updraft.server.openai.ChatMessages;
import updraft.server.openai.JsonFields;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/** {@code POST /v1/chat/completions}. */
final class ChatCompletionsRoute implements Handler {
  private static final List<String> UNSUPPORTED = List.of("tools", "functions", "audio");

  private final Engine engine;
  private final RequestReader reader;
  private final Responder responder;
  private final Json json;

  /** Made by the first request, since a model without a template refuses. */
  private volatile @Nullable ChatPrompt chatPrompt;

  ChatCompletionsRoute(Engine engine, RequestReader reader, Responder responder, Json json) {
    this.engine = engine;
    this.reader = reader;
    this.responder = responder;
    this.json = json;
  }

  @Override
  public void handle(Context context) throws Exception {
    JsonFields body = reader.body(context);
    refuseUnsupported(body);
    String limit = body.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
    try {
      GenerateRequest request = request(context, body, limit);
      responder.respond(
          context,
          request,
          body.flag("stream", false),
          new ChatShape(engine, request, body.includesUsage()));
    } catch (InvalidRequestException e) {
      throw inChatTerms(e, limit);
    }
  }

  private GenerateRequest request(Context context, JsonFields body, String limit) {
    List<ChatMessage> messages = ChatMessages.of(body.node("messages"), json::plain);
    Map<String, Object> variables = variables(body);
    Prompt prompt = Prompt.timed(() -> prompts().encode(messages, List.of(), true, variables));
    int rest = Math.max(1, engine.maxTokensAfter(prompt.tokens().length));
    return reader
        .builder(context, body, prompt, "chat", 1)
        .maxTokens(body.integer(limit, rest))
        .logprobs(logprobs(body))
        .build();
  }

  private ChatPrompt prompts() {
    ChatPrompt prompts = chatPrompt;
    if (prompts == null) {
      prompts = new ChatPrompt(engine.chatTemplate(), engine.tokenizer());
      chatPrompt = prompts;
    }
    return prompts;
  }

  /** Further variables of the template, by the name that vLLM and others give them. */
  private Map<String, Object> variables(JsonFields body) {
    JsonNode variables = body.node("chat_template_kwargs");
    return variables == null || body.object("chat_template_kwargs") == null
        ? Map.of()
        : json.map(variables);
  }

  private static int logprobs(JsonFields body) {
    boolean wanted = body.flag("logprobs", false);
    int top = body.integer("top_logprobs", 0, 0, GenerateRequest.MAX_LOGPROBS);
    if (!wanted && top > 0) {
      throw ApiException.badRequest(
          "top_logprobs", "top_logprobs needs logprobs=true: top_logprobs=" + top);
    }
    return wanted ? top : -1;
  }

  private static void refuseUnsupported(JsonFields body) {
    for (String name : UNSUPPORTED) {
      JsonNode value = body.node(name);
      if (value != null && !value.isEmpty()) {
        throw ApiException.badRequest(name, name + " must be left out, it is not supported");
      }
    }
    JsonFields format = body.object("response_format");
    String type = format == null ? "text" : format.string("type", "text");
    if (!"text".equals(type)) {
      throw ApiException.badRequest(
          "response_format", "response_format.type must be text: response_format.type=" + type);
    }
  }

  /** The engine's limits speak of a prompt and max_tokens; this request may have other names. */
  private static InvalidRequestException inChatTerms(InvalidRequestException e, String limit) {
    String message = String.valueOf(e.getMessage());
    return switch (e.field()) {
      case "prompt" -> new InvalidRequestException("messages", message);
      case "max_tokens" -> new InvalidRequestException(limit, message.replace("max_tokens", limit));
      default -> e;
    };
  }
}
