package updraft.server;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keys, how much each may ask for at once, and whose pages may read answers. Thread-safe. */
final class AccessControl {
  private static final String KEY = "updraft.key";
  private static final String SCHEME = "Bearer ";

  private final AccessOptions options;
  private final List<byte[]> keys;

  /** By key; of the one that nobody has to send when there is none. */
  private final List<Semaphore> free;

  AccessControl(AccessOptions options) {
    this.options = options;
    this.keys = options.keys().stream().map(key -> key.getBytes(StandardCharsets.UTF_8)).toList();
    int limit = options.requestsPerKey() == 0 ? Integer.MAX_VALUE : options.requestsPerKey();
    this.free =
        Stream.generate(() -> new Semaphore(limit)).limit(Math.max(1, keys.size())).toList();
  }

  /**
   * Refuses whoever has no key.
   *
   * @throws ApiException 401
   */
  void identify(Context context) {
    int key = keys.isEmpty() ? 0 : keyOf(context.header("Authorization"));
    if (key < 0) {
      throw ApiException.unauthorized();
    }
    context.attribute(KEY, key);
  }

  /** The number of the key that is sent, or -1. Takes a time that depends on lengths alone. */
  private int keyOf(@Nullable String header) {
    byte[] sent =
        header != null && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
            ? header.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    int found = -1;
    for (int i = 0; i < keys.size(); i++) { // all of them, so that none shows by being found early
      found = MessageDigest.isEqual(keys.get(i), sent) ? i : found;
    }
    return found;
  }

  /** The number of the caller's key, in the order of the file, from 1; 0 when there are none. */
  int number(Context context) {
    Integer key = context.attribute(KEY);
    return key == null || keys.isEmpty() ? 0 : key + 1;
  }

  /** A handler that a key has under way only so many times at once. */
  Handler limited(Handler handler) {
    return context -> {
      Integer key = context.attribute(KEY);
      Semaphore places = free.get(key == null ? 0 : key);
      if (!places.tryAcquire()) {
        throw ApiException.tooMany(
            "a key must have at most " + options.requestsPerKey() + " requests under way");
      }
      try {
        handler.handle(context);
      } finally {
        places.release();
      }
    };
  }

  /** Tells a browser whether a page may read the answer; without allowed origins says nothing. */
  void shareWithOrigins(Context context) {
    String origin = context.header("Origin");
    if (origin == null || !allows(origin)) {
      return;
    }
    context.header("Access-Control-Allow-Origin", options.origins().contains("*") ? "*" : origin);
    context.header("Vary", "Origin");
    context.header("Access-Control-Expose-Headers", "X-Request-Id");
  }

  private boolean allows(String origin) {
    return options.origins().contains("*") || options.origins().contains(origin);
  }

  /** Whether a browser asks in advance, and may be answered without a key. */
  boolean isPreflight(Context context) {
    return context.method().equals(HandlerType.OPTIONS)
        && context.header("Access-Control-Request-Method") != null
        && allows(String.valueOf(context.header("Origin")));
  }

  /** Answers a browser that asks in advance. */
  void preflight(Context context) {
    if (!isPreflight(context)) {
      throw ApiException.refused(
          403, null, "origin_not_allowed", "an origin must be allowed with --cors-origin");
    }
    context.status(204);
    context.header("Access-Control-Allow-Methods", "GET, POST, PUT");
    context.header(
        "Access-Control-Allow-Headers",
        "Authorization, Content-Type, traceparent, tracestate, X-Trace-Level");
    context.header("Access-Control-Max-Age", "600");
  }
}
