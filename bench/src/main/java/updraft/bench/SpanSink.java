package updraft.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A receiver of spans over HTTP in a process of its own, which takes and forgets them: the least
 * that a collector on this machine can cost. It ends when its standard input does, so with the
 * process that started it.
 */
public final class SpanSink implements AutoCloseable {
  private final Process process;
  private final int port;

  private SpanSink(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts the process; returns when it listens. */
  public static SpanSink start() throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SpanSink.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    if (line == null) {
      process.destroy();
      throw new IOException("a receiver of spans must start: its process ended");
    }
    return new SpanSink(process, Integer.parseInt(line));
  }

  /** What {@code OTEL_EXPORTER_OTLP_ENDPOINT} must be. */
  public String endpoint() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  public void close() {
    process.destroy();
  }

  /** The process: prints its port and takes spans until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", SpanSink::take);
    server.start();
    System.out.println(server.getAddress().getPort());
    System.in.transferTo(OutputStream.nullOutputStream());
    server.stop(0);
  }

  private static void take(HttpExchange exchange) throws IOException {
    try (InputStream body = exchange.getRequestBody()) {
      body.transferTo(OutputStream.nullOutputStream());
    }
    exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }
}
