package updraft.cli.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloaderTest {
  private final byte[] content = new byte[300_000];
  private final List<String> ranges = new ArrayList<>();
  private HttpServer server;
  private URI source;

  /** Bytes after which the server cuts the connection once; -1 for never. */
  private int cutAfter = -1;

  @TempDir Path folder;

  @BeforeEach
  void startServer() throws IOException {
    new Random(7).nextBytes(content);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/model.gguf",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          ranges.add(String.valueOf(range));
          int from =
              range == null
                  ? 0
                  : Integer.parseInt(range.substring("bytes=".length()).replace("-", ""));
          if (range != null && from >= content.length) {
            exchange.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
            exchange.sendResponseHeaders(416, -1);
            return;
          }
          exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - from);
          try (OutputStream out = exchange.getResponseBody()) {
            int length = cutAfter < 0 ? content.length - from : cutAfter;
            cutAfter = -1;
            out.write(content, from, length);
          }
        });
    server.start();
    source = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/model.gguf");
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void savesWhatTheServerSends() throws Exception {
    Path target = folder.resolve("new/folder/model.gguf");
    List<Long> progress = new ArrayList<>();

    new Downloader().download(source, target, sha256(content), (done, total) -> progress.add(done));

    assertThat(target).hasBinaryContent(content);
    assertThat(progress.getLast()).isEqualTo(content.length);
    assertThat(target.resolveSibling("model.gguf.part")).doesNotExist();
  }

  @Test
  void goesOnWhereACutConnectionStopped() throws Exception {
    Path target = folder.resolve("model.gguf");
    cutAfter = 100_000;
    assertThatThrownBy(
            () -> new Downloader().download(source, target, sha256(content), Progress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("what came is kept, run it again");
    assertThat(target).doesNotExist();
    long kept = Files.size(target.resolveSibling("model.gguf.part"));

    new Downloader().download(source, target, sha256(content), Progress.NONE);

    assertThat(target).hasBinaryContent(content);
    assertThat(ranges).containsExactly("null", kept == 0 ? "null" : "bytes=" + kept + "-");
  }

  @Test
  void takesAPartThatIsAlreadyWhole() throws Exception {
    Path target = folder.resolve("model.gguf");
    Files.write(target.resolveSibling("model.gguf.part"), content);

    new Downloader().download(source, target, sha256(content), Progress.NONE);

    assertThat(target).hasBinaryContent(content);
  }

  @Test
  void refusesAndDeletesAFileWithTheWrongChecksum() throws Exception {
    Path target = folder.resolve("model.gguf");
    byte[] part = Arrays.copyOf(content, 1000);
    part[5] ^= 1;
    Files.write(target.resolveSibling("model.gguf.part"), part);

    assertThatThrownBy(
            () -> new Downloader().download(source, target, sha256(content), Progress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("SHA-256 must be " + sha256(content));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void namesTheStatusOfARefusal() {
    assertThatThrownBy(
            () ->
                new Downloader()
                    .download(source.resolve("/absent"), folder.resolve("x"), null, Progress.NONE))
        .isInstanceOf(ModelException.class)
        .hasMessageEndingWith("/absent: HTTP status 404");
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
