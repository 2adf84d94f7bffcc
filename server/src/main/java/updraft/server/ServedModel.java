package updraft.server;

import io.javalin.http.Handler;
import updraft.engine.Engine;

/** The routes of one loaded model. */
record ServedModel(Handler completions, Handler chat, Handler generate, TokenRoutes tokens) {
  static ServedModel of(Engine engine, Json json, Bodies bodies, ServerOptions options) {
    RequestReader reader = new RequestReader(engine, json, bodies, options);
    Responder responder = new Responder(engine, json);
    return new ServedModel(
        new CompletionsRoute(engine, reader, responder),
        new ChatCompletionsRoute(engine, reader, responder, json),
        new GenerateRoute(engine, reader, responder),
        new TokenRoutes(engine, reader, json));
  }
}
