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

/** The answer to one request as {@code /v1/completions} writes it. */
final class CompletionShape implements AnswerShape {
  private final Engine engine;
  private final String id;
  private final boolean includesUsage;
  private final long created = System.currentTimeMillis() / 1000;

  /** Characters sent so far, by choice. */
  private final int[] offsets;

  CompletionShape(Engine engine, GenerateRequest request, boolean includesUsage) {
    this.engine = engine;
    this.id = "cmpl-" + request.id();
    this.includesUsage = includesUsage;
    this.offsets = new int[request.choices()];
  }

  @Override
  public Object whole(GenerateResult result) {
    List<Wire.TextChoice> choices = new ArrayList<>();
    for (GenerateResult.Choice choice : result.choices()) {
      choices.add(
          new Wire.TextChoice(
              choices.size(),
              choice.text(),
              logprobs(choice.logprobs(), 0),
              choice.reason().wireName()));
    }
    return response(choices, Wire.Usage.of(result), Wire.Speculation.of(result.speculation()));
  }

  @Override
  public @Nullable Object chunk(TokenEvent event, @Nullable GenerateResult result) {
    return switch (event) {
      case TokenEvent.Token token -> token(token);
      case TokenEvent.Finished end ->
          response(
              List.of(new Wire.TextChoice(end.choice(), end.text(), null, end.reason().wireName())),
              null,
              result == null || includesUsage ? null : Wire.Speculation.of(result.speculation()));
    };
  }

  private @Nullable Object token(TokenEvent.Token token) {
    TokenLogprob logprob = token.logprob();
    if (token.text().isEmpty() && logprob == null) {
      return null;
    }
    int offset = offsets[token.choice()];
    offsets[token.choice()] += token.text().length();
    return response(
        List.of(
            new Wire.TextChoice(
                token.choice(),
                token.text(),
                logprobs(logprob == null ? null : List.of(logprob), offset),
                null)),
        null,
        null);
  }

  @Override
  public @Nullable Object closing(GenerateResult result) {
    return includesUsage
        ? response(List.of(), Wire.Usage.of(result), Wire.Speculation.of(result.speculation()))
        : null;
  }

  private Wire.@Nullable TextLogprobs logprobs(@Nullable List<TokenLogprob> logprobs, int offset) {
    return logprobs == null ? null : Logprobs.text(logprobs, offset, engine.tokenizer());
  }

  private Wire.Response response(
      List<Wire.TextChoice> choices,
      Wire.@Nullable Usage usage,
      Wire.@Nullable Speculation speculation) {
    return new Wire.Response(
        id, "text_completion", created, engine.modelName(), choices, usage, speculation);
  }
}
