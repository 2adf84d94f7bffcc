package updraft.trace;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.Compressor;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.HttpSenderConfig;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.opentelemetry.sdk.common.export.ProxyOptions;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URLConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.HttpsURLConnection;

/**
 * Posts spans over the JDK's blocking HTTP connection, on a virtual thread each. With {@code
 * java.net.http.HttpClient} its selector and workers, which are made for many connections, took 7
 * of the 18 µs of processor time that exporting a round's two spans took; here every microsecond is
 * the engine's.
 */
final class BlockingSender implements HttpSender {
  /** What OTLP says is worth another try. */
  private static final Set<Integer> RETRIED = Set.of(429, 502, 503, 504);

  private final HttpSenderConfig config;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("updraft-spans-", 0).factory());

  BlockingSender(HttpSenderConfig config) {
    this.config = config;
  }

  private record Answer(int status, String message, byte[] body) implements HttpResponse {
    @Override
    public int getStatusCode() {
      return status;
    }

    @Override
    public String getStatusMessage() {
      return message;
    }

    @Override
    public byte[] getResponseBody() {
      return body;
    }
  }

  @Override
  public void send(
      MessageWriter message, Consumer<HttpResponse> answered, Consumer<Throwable> failed) {
    threads.execute(
        () -> {
          Answer answer;
          try {
            answer = persist(message);
          } catch (IOException | RuntimeException e) {
            failed.accept(e);
            return;
          } catch (InterruptedException e) {
            failed.accept(new IOException("the exporter is shutting down", e));
            return;
          }
          answered.accept(answer);
        });
  }

  /** Tries as often as the policy says, with random pauses that grow. */
  private Answer persist(MessageWriter message) throws IOException, InterruptedException {
    RetryPolicy policy = config.getRetryPolicy();
    int attempts = policy == null ? 1 : policy.getMaxAttempts();
    long end = System.nanoTime() + timeout().toNanos();
    for (int attempt = 1; ; attempt++) {
      boolean last = attempt >= attempts;
      try {
        Answer answer = post(message, end);
        if (last || !RETRIED.contains(answer.status())) {
          return answer;
        }
      } catch (IOException e) {
        if (last || System.nanoTime() >= end) {
          throw e;
        }
      }
      TimeUnit.NANOSECONDS.sleep(
          ThreadLocalRandom.current().nextLong(1, pauseNanos(policy, attempt)));
    }
  }

  private static long pauseNanos(RetryPolicy policy, int attempt) {
    double pause =
        policy.getInitialBackoff().toNanos()
            * Math.pow(policy.getBackoffMultiplier(), attempt - 1.0);
    return 1 + (long) Math.min(pause, policy.getMaxBackoff().toNanos());
  }

  private Duration timeout() {
    Duration timeout = config.getTimeout();
    return timeout.isZero() ? Duration.ofDays(1) : timeout;
  }

  private Answer post(MessageWriter message, long end) throws IOException {
    HttpURLConnection connection = open();
    long left = Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime()));
    connection.setReadTimeout((int) Math.min(left, Integer.MAX_VALUE));
    Compressor compressor = config.getCompressor();
    if (compressor == null) {
      connection.setFixedLengthStreamingMode(message.getContentLength());
    } else {
      connection.setRequestProperty("Content-Encoding", compressor.getEncoding());
      connection.setChunkedStreamingMode(0);
    }
    try (OutputStream out = connection.getOutputStream();
        OutputStream body = compressor == null ? out : compressor.compress(out)) {
      message.writeMessage(body);
    }
    int status = connection.getResponseCode();
    return new Answer(
        status, String.valueOf(connection.getResponseMessage()), body(connection, status));
  }

  private HttpURLConnection open() throws IOException {
    HttpURLConnection connection = (HttpURLConnection) connect();
    if (connection instanceof HttpsURLConnection secure && config.getSslContext() != null) {
      secure.setSSLSocketFactory(config.getSslContext().getSocketFactory());
    }
    connection.setRequestMethod("POST");
    connection.setDoOutput(true);
    connection.setUseCaches(false);
    connection.setInstanceFollowRedirects(false);
    connection.setConnectTimeout((int) config.getConnectTimeout().toMillis());
    connection.setRequestProperty("Content-Type", config.getContentType());
    config
        .getHeadersSupplier()
        .get()
        .forEach(
            (name, values) -> values.forEach(value -> connection.addRequestProperty(name, value)));
    return connection;
  }

  private URLConnection connect() throws IOException {
    ProxyOptions proxies = config.getProxyOptions();
    if (proxies == null) {
      return config.getEndpoint().toURL().openConnection();
    }
    List<Proxy> found = proxies.getProxySelector().select(config.getEndpoint());
    return config
        .getEndpoint()
        .toURL()
        .openConnection(found == null || found.isEmpty() ? Proxy.NO_PROXY : found.getFirst());
  }

  /** Read to its end, so that the connection is used again. */
  private byte[] body(HttpURLConnection connection, int status) throws IOException {
    try (InputStream in =
        status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      return in == null // an error may come without a body
          ? new byte[0]
          : in.readNBytes((int) Math.min(config.getMaxResponseBodySize(), Integer.MAX_VALUE));
    }
  }

  /** Posts under way are cut short: an interrupt closes a virtual thread's socket. */
  @Override
  public CompletableResultCode shutdown() {
    threads.shutdownNow();
    return CompletableResultCode.ofSuccess();
  }
}
