package updraft.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the server listens and what it accepts.
 *
 * @param host address to listen on
 * @param port 0 takes a free one
 * @param apiKey what clients must send as a bearer token, or null for no check
 * @param maxBodyBytes largest request body
 * @param requestTimeout longest a request may take, queueing included
 * @param drainTimeout how long running requests may go on when the server stops
 */
public record ServerOptions(
    String host,
    int port,
    @Nullable String apiKey,
    long maxBodyBytes,
    Duration requestTimeout,
    Duration drainTimeout) {

  /** Loopback only, 4 MiB bodies, ten minutes a request, thirty seconds to drain. */
  public static ServerOptions onLoopback(int port) {
    return new ServerOptions(
        "127.0.0.1", port, null, 4L << 20, Duration.ofMinutes(10), Duration.ofSeconds(30));
  }

  public ServerOptions withApiKey(@Nullable String key) {
    return new ServerOptions(host, port, key, maxBodyBytes, requestTimeout, drainTimeout);
  }
}
