package updraft.server;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;
import updraft.request.TokenLogprob;
import updraft.server.openai.Wire;

/** The answer to one request as {@code /v1/chat/completions} writes it. */
final class ChatShape implements AnswerShape {
  private final Engine engine;
  private final String id;
  private final int choices;
  private final boolean includesUsage;
  private final long created = System.currentTimeMillis() / 1000;

  ChatShape(Engine engine, GenerateRequest request, boolean includesUsage) {
    this.engine = engine;
    this.id = "chatcmpl-" + request.id();
    this.choices = request.choices();
    this.includesUsage = includesUsage;
  }

  @Override
  public Object whole(GenerateResult result) {
    List<Wire.ChatChoice> whole = new ArrayList<>();
    for (GenerateResult.Choice choice : result.choices()) {
      whole.add(
          new Wire.ChatChoice(
              whole.size(),
              new Wire.Message("assistant", choice.text()),
              logprobs(choice.logprobs()),
              choice.reason().wireName()));
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
      case TokenEvent.Finished end ->
          delta(
              end.choice(),
              new Wire.Message(null, end.text().isEmpty() ? null : end.text()),
              null,
              end.reason().wireName(),
              result == null || includesUsage ? null : Wire.Speculation.of(result.speculation()));
    };
  }

  private @Nullable Object token(TokenEvent.Token token) {
    TokenLogprob logprob = token.logprob();
    return token.text().isEmpty() && logprob == null
        ? null
        : delta(
            token.choice(),
            new Wire.Message(null, token.text()),
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
