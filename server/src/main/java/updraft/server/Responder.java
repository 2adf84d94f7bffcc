package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;

/** Serves a request on the thread of its HTTP exchange, whole or as a stream. Thread-safe. */
final class Responder {
  private static final Logger LOG = System.getLogger(Responder.class.getName());

  private final Engine engine;
  private final Json json;

  Responder(Engine engine, Json json) {
    this.engine = engine;
    this.json = json;
  }

  void respond(Context context, GenerateRequest request, boolean stream, AnswerShape plain)
      throws IOException, InterruptedException {
    AnswerShape shape =
        request.trace().record() ? new RecordedShape(plain, engine, request, json) : plain;
    if (stream) {
      stream(context, request, shape);
    } else {
      try (Exchange exchange = Exchange.quiet(context, engine, request)) {
        json.answer(context, shape.whole(exchange.result()));
      }
    }
  }

  private void stream(Context context, GenerateRequest request, AnswerShape shape)
      throws IOException, InterruptedException {
    SseWriter out = new SseWriter(context, json);
    try (Exchange exchange = Exchange.listening(context, engine, request)) {
      GenerateResult result = sendTokens(exchange, out, shape);
      Object closing = shape.closing(result);
      if (closing != null) {
        out.data(closing);
      }
      out.done();
    } catch (RuntimeException e) {
      ApiException told = Errors.told(e);
      if (!out.begun() || told.status() == ApiException.CLIENT_GONE) {
        throw e;
      }
      if (told != e) {
        LOG.log(Level.ERROR, "stream of request " + request.id() + " failed", e);
      }
      context.attribute(ServerSpans.IN_STREAM, told);
      out.error(told);
    }
  }

  private static GenerateResult sendTokens(Exchange exchange, SseWriter out, AnswerShape shape)
      throws IOException, InterruptedException {
    while (true) {
      TokenEvent event = exchange.next();
      GenerateResult result = exchange.ended() ? exchange.result() : null;
      if (!out.begun()) {
        for (Object opening : shape.opening()) {
          out.data(opening);
        }
      }
      Object chunk = shape.chunk(event, result);
      if (chunk != null) {
        out.data(chunk);
      }
      if (result != null) {
        return result;
      }
      if (!exchange.hasNext()) {
        out.flush();
      }
    }
  }
}
