package updraft.server;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the server listens and what it accepts.
 *
 * @param host address to listen on
 * @param port 0 takes a free one
 * @param access who may use it
 * @param tls for HTTPS, or null for HTTP
 * @param accessLog whether each request is logged, without what it holds
 * @param maxBodyBytes largest request body
 * @param idleTimeout longest that a client may send or take nothing, and that a body may take
 * @param requestTimeout longest a request may take, queueing included
 * @param drainTimeout how long running requests may go on when the server stops
 */
public record ServerOptions(
    String host,
    int port,
    AccessOptions access,
    @Nullable TlsOptions tls,
    boolean accessLog,
    long maxBodyBytes,
    Duration idleTimeout,
    Duration requestTimeout,
    Duration drainTimeout) {

  /** Bounds what a hostile client can make the server read; no request needs more. */
  public static final long LARGEST_BODY = 64L << 20;

  public ServerOptions {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be in [0, 65535]: port=" + port);
    }
    if (maxBodyBytes < 1 || maxBodyBytes > LARGEST_BODY) {
      throw new IllegalArgumentException(
          "maxBodyBytes must be in [1, " + LARGEST_BODY + "]: maxBodyBytes=" + maxBodyBytes);
    }
    positive("idleTimeout", idleTimeout);
    positive("requestTimeout", requestTimeout);
    if (drainTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "drainTimeout must not be negative: drainTimeout=" + drainTimeout);
    }
  }

  private static void positive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException(name + " must be positive: " + name + "=" + value);
    }
  }

  /**
   * Loopback only, no key, no TLS, 4 MiB bodies, thirty seconds idle, ten minutes a request, thirty
   * seconds to drain.
   */
  public static ServerOptions onLoopback(int port) {
    return new ServerOptions(
        "127.0.0.1",
        port,
        AccessOptions.OPEN,
        null,
        false,
        4L << 20,
        Duration.ofSeconds(30),
        Duration.ofMinutes(10),
        Duration.ofSeconds(30));
  }

  public ServerOptions withHost(String value) {
    return new ServerOptions(
        value,
        port,
        access,
        tls,
        accessLog,
        maxBodyBytes,
        idleTimeout,
        requestTimeout,
        drainTimeout);
  }

  public ServerOptions withAccess(AccessOptions value) {
    return new ServerOptions(
        host, port, value, tls, accessLog, maxBodyBytes, idleTimeout, requestTimeout, drainTimeout);
  }

  public ServerOptions withTls(@Nullable TlsOptions value) {
    return new ServerOptions(
        host,
        port,
        access,
        value,
        accessLog,
        maxBodyBytes,
        idleTimeout,
        requestTimeout,
        drainTimeout);
  }

  public ServerOptions withAccessLog(boolean value) {
    return new ServerOptions(
        host, port, access, tls, value, maxBodyBytes, idleTimeout, requestTimeout, drainTimeout);
  }

  public ServerOptions withMaxBodyBytes(long value) {
    return new ServerOptions(
        host, port, access, tls, accessLog, value, idleTimeout, requestTimeout, drainTimeout);
  }

  public ServerOptions withIdleTimeout(Duration value) {
    return new ServerOptions(
        host, port, access, tls, accessLog, maxBodyBytes, value, requestTimeout, drainTimeout);
  }

  public ServerOptions withRequestTimeout(Duration value) {
    return new ServerOptions(
        host, port, access, tls, accessLog, maxBodyBytes, idleTimeout, value, drainTimeout);
  }

  public ServerOptions withDrainTimeout(Duration value) {
    return new ServerOptions(
        host, port, access, tls, accessLog, maxBodyBytes, idleTimeout, requestTimeout, value);
  }

  /** One key that all clients must send, or null for no check. */
  public ServerOptions withApiKey(@Nullable String key) {
    return withAccess(
        new AccessOptions(
            key == null ? List.of() : List.of(key), access.requestsPerKey(), access.origins()));
  }
}
