package updraft.cli.models;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Downloads a file by URL: into {@code FILE.part} first, going on where an earlier attempt stopped,
 * checked by SHA-256, then moved into place in one step.
 */
public final class Downloader {
  private static final int BUFFER = 1 << 16;

  private final HttpClient client =
      HttpClient.newBuilder()
          .followRedirects(HttpClient.Redirect.NORMAL)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * @param sha256 expected, in lower-case hex, or null to accept what comes
   * @throws ModelException if the server refuses, the file is cut short or its checksum differs
   */
  public void download(URI source, Path target, @Nullable String sha256, Progress progress)
      throws ModelException, InterruptedException {
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
      fetch(source, part, progress);
      String actual = sha256(part);
      if (sha256 != null && !sha256.equals(actual)) {
        Files.delete(part);
        throw new ModelException(
            "SHA-256 must be "
                + sha256
                + ": "
                + source
                + " sent "
                + actual
                + "; the damaged file was deleted, try again");
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new ModelException(
          "cannot download " + source + ": " + reason(e) + "; what came is kept, run it again", e);
    }
  }

  private void fetch(URI source, Path part, Progress progress)
      throws IOException, ModelException, InterruptedException {
    long have = Files.exists(part) ? Files.size(part) : 0;
    HttpRequest.Builder request = HttpRequest.newBuilder(source);
    if (have > 0) {
      request.header("Range", "bytes=" + have + "-");
    }
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      switch (response.statusCode()) {
        case 200 -> have = 0; // the server ignores ranges: from the start
        case 206 -> {}
        case 416 -> {
          if (have == lengthAfterSlash(response)) {
            return; // everything was there already
          }
          Files.delete(part);
          throw new ModelException(
              "the part on disk is longer than " + source + "; it was deleted, try again");
        }
        default ->
            throw new ModelException(
                "cannot download " + source + ": HTTP status " + response.statusCode());
      }
      long rest = response.headers().firstValueAsLong("Content-Length").orElse(-1);
      long total = rest < 0 ? -1 : have + rest;
      long done = append(body, part, have, total, progress);
      if (total >= 0 && done != total) {
        throw new IOException("connection closed after " + done + " of " + total + " bytes");
      }
    }
  }

  private static long append(InputStream body, Path part, long have, long total, Progress progress)
      throws IOException {
    try (OutputStream out =
        Files.newOutputStream(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            have == 0 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND)) {
      byte[] buffer = new byte[BUFFER];
      long done = have;
      progress.at(done, total);
      for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
        out.write(buffer, 0, n);
        done += n;
        progress.at(done, total);
      }
      return done;
    }
  }

  /** The N of {@code Content-Range: bytes * /N}, or -1. */
  private static long lengthAfterSlash(HttpResponse<?> response) {
    String range = response.headers().firstValue("Content-Range").orElse("");
    String length = range.substring(range.indexOf('/') + 1);
    return length.matches("\\d{1,18}") ? Long.parseLong(length) : -1;
  }

  /** Lower-case hex of a file's SHA-256. */
  static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[BUFFER];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
  }
}
