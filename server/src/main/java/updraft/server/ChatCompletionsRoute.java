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
import updraft.server.openai.AnswerFormat;
import updraft.server.openai.ChatMessages;
import updraft.server.openai.JsonFields;
import updraft.server.tools.ToolCallStyle;
import updraft.server.tools.ToolMessages;
import updraft.server.tools.Tools;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/** {@code POST /v1/chat/completions}. */
final class ChatCompletionsRoute implements Handler {
  private static final List<String> UNSUPPORTED = List.of("functions", "function_call", "audio");

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
    Tools tools = Tools.of(body, json::plain);
    ToolCallStyle style = tools.isEmpty() ? null : style();
    AnswerFormat format = format(body, tools, style);
    boolean stream = body.flag("stream", false);
    String limit = body.has("max_completion_tokens") ? "max_completion_tokens" : "max_tokens";
    try {
      GenerateRequest request = request(context, body, limit, tools, format);
      responder.respond(
          context,
          request,
          stream,
          new ChatShape(
              engine,
              request,
              body.includesUsage(),
              style == null ? null : () -> style.reader(tools, json::objectOrNull, stream)));
    } catch (InvalidRequestException e) {
      throw inChatTerms(e, limit, format.field());
    }
  }

  /** How this model writes calls; refused when its template cannot show it the tools. */
  private ToolCallStyle style() {
    ToolCallStyle style = ToolCallStyle.of(engine.chatTemplate().source());
    if (style == null) {
      throw ApiException.badRequest(
          "tools",
          "tools need a model whose chat template shows them: model=" + engine.modelName());
    }
    return style;
  }

  /** What the answer is held to: calls when some must be, else what the request says. */
  private AnswerFormat format(JsonFields body, Tools tools, @Nullable ToolCallStyle style) {
    AnswerFormat format = reader.format(body);
    String calls = style == null ? null : tools.grammar(style);
    if (calls == null) {
      return format;
    }
    if (format.grammar() != null) {
      throw ApiException.badRequest(
          format.field(), format.field() + " must be left out when a tool must be called");
    }
    return new AnswerFormat("tools", calls);
  }

  private GenerateRequest request(
      Context context, JsonFields body, String limit, Tools tools, AnswerFormat format) {
    List<ChatMessage> messages =
        ToolMessages.withArguments(
            ChatMessages.of(body.node("messages"), json::plain), this::arguments);
    Map<String, Object> variables = variables(body);
    Prompt prompt =
        Prompt.timed(() -> prompts().encode(messages, tools.definitions(), true, variables));
    int rest = Math.max(1, engine.maxTokensAfter(prompt.tokens().length));
    return reader
        .builder(context, body, prompt, "chat", 1)
        .maxTokens(body.integer(limit, rest))
        .logprobs(logprobs(body))
        .grammar(format.grammar())
        .build();
  }

  private @Nullable Map<String, Object> arguments(String text) {
    JsonNode object = json.objectOrNull(text);
    return object == null ? null : json.map(object);
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
  }

  /** The engine's limits speak of a prompt and max_tokens; this request may have other names. */
  private static InvalidRequestException inChatTerms(
      InvalidRequestException e, String limit, String format) {
    String message = String.valueOf(e.getMessage());
    return switch (e.field()) {
      case "prompt" -> new InvalidRequestException("messages", message);
      case "max_tokens" -> new InvalidRequestException(limit, message.replace("max_tokens", limit));
      case "grammar" -> AnswerFormat.inTermsOf(format, e);
      default -> e;
    };
  }
}
