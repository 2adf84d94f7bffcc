package updraft.server;

import io.javalin.http.Context;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * A line a request, of what it was and never of what it held: no bodies, no queries, no headers but
 * the request's id.
 */
final class AccessLog {
  static final String NAME = "updraft.access";
  private static final Logger LOG = System.getLogger(NAME);

  private final AccessControl access;

  AccessLog(AccessControl access) {
    this.access = access;
  }

  void write(Context context, float millis) {
    LOG.log(
        Level.INFO,
        "{0} {1} {2} {3}ms key={4} id={5}",
        context.method().name(),
        printable(context.path()),
        Integer.toString(context.statusCode()),
        Long.toString(Math.round((double) millis)),
        Integer.toString(access.number(context)),
        context.res().getHeader("X-Request-Id"));
  }

  /** A path cannot begin a line of its own. */
  private static String printable(String path) {
    String shown = path.length() > 200 ? path.substring(0, 200) + "…" : path;
    return shown.replaceAll("[^\\x21-\\x7E…]", "?");
  }
}
