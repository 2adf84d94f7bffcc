package updraft.server;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;
import updraft.request.TokenLogprob;
import updraft.server.openai.Wire;
import updraft.server.tools.ToolCallReader;
import updraft.server.tools.ToolCallReader.Found;

/** The answer to one request as {@code /v1/chat/completions} writes it. */
final class ChatShape implements AnswerShape {
  private final Engine engine;
  private final String id;
  private final int choices;

  /** Finds calls in each choice's text; empty when the request has no tools. */
  private final List<ToolCallReader> readers = new ArrayList<>();

  /** Calls found so far, by choice. */
  private final int[] calls;

  private final boolean includesUsage;
  private final long created = System.currentTimeMillis() / 1000;

  /**
   * @param reader makes what finds calls in an answer, or null when there are no tools
   */
  ChatShape(
      Engine engine,
      GenerateRequest request,
      boolean includesUsage,
      @Nullable Supplier<ToolCallReader> reader) {
    this.engine = engine;
    this.id = "chatcmpl-" + request.id();
    this.choices = request.choices();
    this.includesUsage = includesUsage;
    this.calls = new int[choices];
    for (int choice = 0; choice < choices && reader != null; choice++) {
      readers.add(reader.get());
    }
  }

  @Override
  public Object whole(GenerateResult result) {
    List<Wire.ChatChoice> whole = new ArrayList<>();
    for (GenerateResult.Choice choice : result.choices()) {
      int index = whole.size();
      Found found = found(index, choice.text(), true);
      whole.add(
          new Wire.ChatChoice(
              index,
              new Wire.Message("assistant", content(found), toolCalls(index, found, false)),
              logprobs(choice.logprobs()),
              finishReason(index, choice.reason())));
    }
    return response(
        "chat.completion", whole, Wire.Usage.of(result), Wire.Speculation.of(result.speculation()));
  }

  @Override
  public List<Object> opening() {
    List<Object> roles = new ArrayList<>();
    for (int choice = 0; choice < choices; choice++) {
      roles.add(delta(choice, new Wire.Message("assistant", ""), null, null, null));
    }
    return roles;
  }

  @Override
  public @Nullable Object chunk(TokenEvent event, @Nullable GenerateResult result) {
    return switch (event) {
      case TokenEvent.Token token -> token(token);
      case TokenEvent.Finished end -> {
        Found found = found(end.choice(), end.text(), true);
        String content = found.content().isEmpty() ? null : found.content();
        yield delta(
            end.choice(),
            new Wire.Message(null, content, toolCalls(end.choice(), found, true)),
            null,
            finishReason(end.choice(), end.reason()),
            result == null || includesUsage ? null : Wire.Speculation.of(result.speculation()));
      }
    };
  }

  /** What of a text is content and what calls. */
  private Found found(int choice, String text, boolean last) {
    if (readers.isEmpty()) {
      return new Found(text, List.of());
    }
    ToolCallReader reader = readers.get(choice);
    Found found = reader.append(text);
    if (!last) {
      return found;
    }
    Found rest = reader.finish();
    List<ToolCallReader.Call> all = new ArrayList<>(found.calls());
    all.addAll(rest.calls());
    return new Found(found.content() + rest.content(), all);
  }

  /** As OpenAI has it, an answer of calls alone has no content. */
  private static @Nullable String content(Found found) {
    return found.content().isEmpty() && !found.calls().isEmpty() ? null : found.content();
  }

  private @Nullable List<Wire.ToolCall> toolCalls(int choice, Found found, boolean streamed) {
    if (found.calls().isEmpty()) {
      return null;
    }
    List<Wire.ToolCall> told = new ArrayList<>();
    for (ToolCallReader.Call call : found.calls()) {
      boolean begins = call.name() != null;
      calls[choice] += begins ? 1 : 0;
      told.add(
          new Wire.ToolCall(
              streamed ? calls[choice] - 1 : null,
              begins ? "call_" + UUID.randomUUID().toString().replace("-", "") : null,
              begins ? "function" : null,
              new Wire.ToolFunction(call.name(), call.arguments())));
    }
    return told;
  }

  private String finishReason(int choice, FinishReason reason) {
    return reason == FinishReason.STOP && calls[choice] > 0 ? "tool_calls" : reason.wireName();
  }

  private @Nullable Object token(TokenEvent.Token token) {
    TokenLogprob logprob = token.logprob();
    Found found = found(token.choice(), token.text(), false);
    return found.isEmpty() && logprob == null
        ? null
        : delta(
            token.choice(),
            new Wire.Message(
                null,
                found.calls().isEmpty() ? found.content() : content(found),
                toolCalls(token.choice(), found, true)),
            logprobs(logprob == null ? null : List.of(logprob)),
            null,
            null);
  }

  @Override
  public @Nullable Object closing(GenerateResult result) {
    return includesUsage
        ? response(
            "chat.completion.chunk",
            List.of(),
            Wire.Usage.of(result),
            Wire.Speculation.of(result.speculation()))
        : null;
  }

  private Wire.Response delta(
      int choice,
      Wire.Message message,
      Wire.@Nullable ChatLogprobs logprobs,
      @Nullable String finishReason,
      Wire.@Nullable Speculation speculation) {
    return response(
        "chat.completion.chunk",
        List.of(new Wire.ChatDelta(choice, message, logprobs, finishReason)),
        null,
        speculation);
  }

  private Wire.@Nullable ChatLogprobs logprobs(@Nullable List<TokenLogprob> logprobs) {
    return logprobs == null ? null : Logprobs.chat(logprobs, engine.tokenizer());
  }

  private Wire.Response response(
      String object,
      List<?> choicesOrDeltas,
      Wire.@Nullable Usage usage,
      Wire.@Nullable Speculation speculation) {
    return new Wire.Response(
        id, object, created, engine.modelName(), choicesOrDeltas, usage, speculation);
  }
}
