package updraft.server;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The SERVER span around a generating route. It takes the caller's {@code traceparent} as its
 * parent and hands its own on to the engine as attributes of the exchange.
 */
final class ServerSpans {
  /** Attribute of an exchange whose stream, begun with status 200, ended with this failure. */
  static final String IN_STREAM = "updraft.failure";

  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  private final Tracer tracer;
  private final IntSupplier level;

  /**
   * @param level of requests that do not name their own
   */
  ServerSpans(OpenTelemetry openTelemetry, IntSupplier level) {
    this.tracer = openTelemetry.getTracer("updraft.server");
    this.level = level;
  }

  Handler traced(Handler handler) {
    return context -> {
      if (level(context) == 0) {
        handler.handle(context);
        return;
      }
      Span span = start(context);
      try {
        handler.handle(context);
        span.setAttribute("http.response.status_code", (long) context.statusCode());
        ApiException inStream = context.attribute(IN_STREAM);
        if (inStream != null) {
          error(span, inStream);
        }
      } catch (Exception e) {
        failed(span, Errors.told(e));
        throw e;
      } finally {
        span.end();
      }
    };
  }

  /** As HTTP's conventions have it, a refusal is the client's error and not the server's. */
  private static void failed(Span span, ApiException told) {
    span.setAttribute("http.response.status_code", (long) told.status());
    if (told.status() >= ApiException.CLIENT_GONE) {
      error(span, told);
    }
  }

  private static void error(Span span, ApiException told) {
    span.setAttribute("error.type", Integer.toString(told.status()));
    span.setStatus(StatusCode.ERROR, told.text());
  }

  private int level(Context context) {
    String asked = context.header(RequestReader.TRACE_LEVEL_HEADER);
    return asked != null && asked.matches("[0-3]") ? Integer.parseInt(asked) : level.getAsInt();
  }

  private Span start(Context context) {
    io.opentelemetry.context.Context parent =
        W3C.extract(io.opentelemetry.context.Context.root(), context, Headers.GETTER);
    Span span =
        tracer
            .spanBuilder(context.method() + " " + context.path())
            .setSpanKind(SpanKind.SERVER)
            .setParent(parent)
            .setAttribute("http.request.method", context.method().name())
            .setAttribute("http.route", context.path())
            .setAttribute("url.path", context.path())
            .setAttribute("url.scheme", context.scheme())
            .setAttribute("server.address", context.req().getServerName())
            .setAttribute("server.port", (long) context.req().getServerPort())
            .startSpan();
    W3C.inject(parent.with(span), context, (to, name, value) -> to.attribute(name, value));
    return span;
  }

  /** Reads a request's headers. */
  private enum Headers implements TextMapGetter<Context> {
    GETTER;

    @Override
    public @Nullable String get(@Nullable Context carrier, String key) {
      return carrier == null ? null : carrier.header(key);
    }
  }
}
