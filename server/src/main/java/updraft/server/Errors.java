package updraft.server;

import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import updraft.request.InvalidRequestException;
import updraft.schedule.EngineClosedException;
import updraft.schedule.QueueFullException;
import updraft.server.models.ModelUnavailableException;
import updraft.server.models.UnknownModelException;
import updraft.text.jinja.TemplateException;

/** Every refusal and failure in OpenAI's error shape, wherever it arises. */
final class Errors {
  private static final Logger LOG = System.getLogger(Errors.class.getName());

  private final Json json;

  Errors(Json json) {
    this.json = json;
  }

  void register(JavalinConfig config) {
    config.routes.exception(Exception.class, this::answer);
    config.routes.exception(HttpResponseException.class, this::answer);
    config.router.javaLangErrorHandler(this::failed);
    config.jetty.modifyServer(server -> server.setErrorHandler(this::refuseMalformed));
  }

  /** What a client is told of an exception. */
  static ApiException told(Exception exception) {
    return switch (exception) {
      case ApiException e -> e;
      case InvalidRequestException e -> ApiException.badRequest(e.field(), message(e));
      case UnknownModelException e ->
          ApiException.refused(404, "model", "model_not_found", message(e));
      case ModelUnavailableException e -> ApiException.modelUnavailable(message(e));
      case TemplateException e -> ApiException.badRequest("messages", message(e));
      case QueueFullException e -> ApiException.queueFull(message(e));
      case EngineClosedException e -> ApiException.shuttingDown();
      case MethodNotAllowedResponse e -> methodNotAllowed(e);
      case HttpResponseException e ->
          ApiException.refused(
              e.getStatus(), null, e.getStatus() == 404 ? "unknown_url" : null, message(e));
      case IOException e -> ApiException.clientGone();
      default -> ApiException.failed("internal error, the server's log has more");
    };
  }

  private static ApiException methodNotAllowed(MethodNotAllowedResponse exception) {
    String allowed = exception.getDetails().getOrDefault("availableMethods", "");
    return ApiException.refused(405, null, null, "method must be one of " + allowed)
        .with("Allow", allowed);
  }

  private static String message(Exception exception) {
    String message = exception.getMessage();
    return message == null ? exception.getClass().getSimpleName() : message;
  }

  private void answer(Exception exception, Context context) {
    ApiException told = told(exception);
    if (told != exception && told.status() == 500) {
      LOG.log(
          Level.ERROR, "request " + context.res().getHeader("X-Request-Id") + " failed", exception);
    }
    if (!context.res().isCommitted()) {
      told.headers().forEach(context::header);
      context.status(told.status());
      json.answer(context, told.body());
    }
  }

  /** Memory or stack ran out, or a class is missing: says so if it still can. */
  private void failed(HttpServletResponse response, Error error) {
    LOG.log(Level.ERROR, "a request failed", error);
    if (response.isCommitted()) {
      return;
    }
    try {
      response.setStatus(500);
      response.setContentType("application/json");
      response.getOutputStream().write(json.bytes(ApiException.failed(error.toString()).body()));
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the client has gone", e);
    }
  }

  /** What Jetty refuses before there is a request to route: bad syntax, headers too large. */
  private boolean refuseMalformed(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    Object reason = request.getAttribute(ErrorHandler.ERROR_MESSAGE);
    ApiException told =
        status >= 500
            ? ApiException.failed(text(reason))
            : ApiException.refused(status, null, null, text(reason));
    response.getHeaders().put("Content-Type", "application/json");
    Content.Sink.write(response, true, json.text(told.body()), callback);
    return true;
  }

  private static String text(@Nullable Object reason) {
    return reason == null ? "the request could not be read" : String.valueOf(reason);
  }
}
