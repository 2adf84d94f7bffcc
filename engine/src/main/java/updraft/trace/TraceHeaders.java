package updraft.trace;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The caller's W3C trace context, by header; names in any case. */
final class TraceHeaders {
  private static final TextMapGetter<Map<String, String>> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> headers) {
          return headers.keySet();
        }

        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String key) {
          if (headers == null) {
            return null;
          }
          for (Map.Entry<String, String> header : headers.entrySet()) {
            if (header.getKey().equalsIgnoreCase(key)) {
              return header.getValue();
            }
          }
          return null;
        }
      };

  private TraceHeaders() {}

  /** The context that the headers name, or the one given when they are absent or malformed. */
  static Context parent(Map<String, String> headers, Context otherwise) {
    return headers.isEmpty()
        ? otherwise
        : W3CTraceContextPropagator.getInstance().extract(otherwise, headers, GETTER);
  }
}
