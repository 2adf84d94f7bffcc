package updraft.setup;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A release with one archive, as GitHub serves one, ranges included. */
final class ReleaseServer implements AutoCloseable {

  private final HttpServer server;
  private final String archive;
  private final String sha256;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile byte @Nullable [] bytes;
  private volatile int cutOffAfter = Integer.MAX_VALUE;

  ReleaseServer(String archive, String sha256) throws IOException {
    this.archive = archive;
    this.sha256 = sha256;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/download/", this::download);
    server.createContext("/tags/", this::describe);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void serve(byte @Nullable [] archiveBytes) {
    bytes = archiveBytes;
  }

  /** The connection ends after so many bytes, once. */
  void cutOffOnceAfter(int count) {
    cutOffAfter = count;
  }

  /** Paths of archives asked for, with the range. */
  List<String> requests() {
    return requests;
  }

  private void describe(HttpExchange exchange) throws IOException {
    byte[] json =
        """
        {"tag_name": "v", "assets": [
          {"name": "other.zip", "size": 1, "digest": "sha256:00"},
          {"name": "%s", "uploader": {"login": "ci"}, "digest": "sha256:%s"}]}
        """
            .formatted(archive, sha256)
            .getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, json.length);
    try (OutputStream body = exchange.getResponseBody()) {
      body.write(json);
    }
  }

  private void download(HttpExchange exchange) throws IOException {
    byte[] all = bytes;
    String range = exchange.getRequestHeaders().getFirst("Range");
    requests.add(exchange.getRequestURI().getPath() + (range == null ? "" : " " + range));
    if (all == null || !exchange.getRequestURI().getPath().endsWith("/" + archive)) {
      exchange.sendResponseHeaders(404, -1);
      exchange.close();
      return;
    }
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
    if (range != null) {
      exchange
          .getResponseHeaders()
          .set("Content-Range", "bytes " + from + "-" + (all.length - 1) + "/" + all.length);
    }
    int count = Math.min(all.length - from, cutOffAfter);
    cutOffAfter = Integer.MAX_VALUE;
    exchange.sendResponseHeaders(range == null ? 200 : 206, all.length - from);
    OutputStream body = exchange.getResponseBody();
    body.write(all, from, count);
    body.flush();
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
