package updraft.server;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.server.openai.JsonFields;

/** {@code POST /v1/completions}. */
final class CompletionsRoute implements Handler {
  /** OpenAI's own default. */
  private static final int DEFAULT_MAX_TOKENS = 16;

  private final Engine engine;
  private final RequestReader reader;
  private final Responder responder;

  CompletionsRoute(Engine engine, RequestReader reader, Responder responder) {
    this.engine = engine;
    this.reader = reader;
    this.responder = responder;
  }

  @Override
  public void handle(Context context) throws Exception {
    JsonFields body = reader.body(context);
    refuseUnsupported(body);
    GenerateRequest request =
        reader
            .builder(context, body, reader.prompt(body, false), "text_completion", 1)
            .maxTokens(body.integer("max_tokens", DEFAULT_MAX_TOKENS))
            .logprobs(
                body.has("logprobs")
                    ? body.integer("logprobs", 0, 0, GenerateRequest.MAX_LOGPROBS)
                    : -1)
            .grammar(reader.format(body).grammar())
            .build();
    responder.respond(
        context,
        request,
        body.flag("stream", false),
        new CompletionShape(engine, request, body.includesUsage()));
  }

  private static void refuseUnsupported(JsonFields body) {
    if (!"".equals(body.string("suffix", ""))) {
      throw ApiException.badRequest("suffix", "suffix must be left out, it is not supported");
    }
    if (body.flag("echo", false)) {
      throw ApiException.badRequest("echo", "echo must be false: echo=true");
    }
    int choices = body.integer("n", 1);
    if (body.integer("best_of", choices) != choices) {
      throw ApiException.badRequest(
          "best_of",
          "best_of must equal n: best_of=" + body.integer("best_of", 1) + ", n=" + choices);
    }
  }
}
