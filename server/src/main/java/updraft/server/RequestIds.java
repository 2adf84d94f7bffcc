package updraft.server;

import io.javalin.http.Context;
import java.util.Objects;
import java.util.UUID;

/**
 * Each request has an id, which the answer's {@code X-Request-Id} tells, whatever the answer is.
 */
final class RequestIds {
  private static final String HEADER = "X-Request-Id";

  private RequestIds() {}

  static void assign(Context context) {
    context.header(HEADER, UUID.randomUUID().toString());
  }

  static String of(Context context) {
    return Objects.requireNonNull(context.res().getHeader(HEADER), HEADER);
  }
}
