package updraft.server;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;
import updraft.server.openai.JsonFields;

/** {@code POST /generate}: the native route, with the options and the answer of {@code run}. */
final class GenerateRoute implements Handler {
  private static final int DEFAULT_MAX_TOKENS = 128;

  private final Engine engine;
  private final RequestReader reader;
  private final Responder responder;

  GenerateRoute(Engine engine, RequestReader reader, Responder responder) {
    this.engine = engine;
    this.reader = reader;
    this.responder = responder;
  }

  @Override
  public void handle(Context context) throws Exception {
    JsonFields body = reader.body(context);
    RequestReader.Prompt prompt = reader.prompt(body, body.flag("special", false));
    GenerateRequest request =
        reader
            .builder(context, body, prompt, "text_completion", 0)
            .maxTokens(body.integer("max_tokens", DEFAULT_MAX_TOKENS))
            .logprobs(
                body.has("logprobs")
                    ? body.integer("logprobs", 0, 0, GenerateRequest.MAX_LOGPROBS)
                    : -1)
            .grammar(reader.format(body).grammar())
            .build();
    responder.respond(context, request, body.flag("stream", false), new Shape(request));
  }

  /** Every token with its origin, then the whole answer. */
  private final class Shape implements AnswerShape {
    private final GenerateRequest request;

    Shape(GenerateRequest request) {
      this.request = request;
    }

    @Override
    public Object whole(GenerateResult result) {
      return Answers.generated(engine, request, result);
    }

    @Override
    public Object chunk(TokenEvent event, @Nullable GenerateResult result) {
      return switch (event) {
        case TokenEvent.Token token ->
            Map.of(
                "choice", token.choice(),
                "token_id", token.token(),
                "text", token.text(),
                "origin", token.origin().name().toLowerCase(Locale.ROOT));
        case TokenEvent.Finished end ->
            Map.of(
                "choice", end.choice(),
                "text", end.text(),
                "finish_reason", end.reason().wireName());
      };
    }

    @Override
    public Object closing(GenerateResult result) {
      return whole(result);
    }
  }
}
