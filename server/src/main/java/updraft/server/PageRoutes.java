package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * {@code GET /} and {@code /page/…}: the web page, files of the class path that hold no secret and
 * need no key. Thread-safe.
 *
 * <p>The policy lets the page load and call nothing but this server, and run no script and no HTML
 * that is made of text.
 */
final class PageRoutes {
  private static final String FOLDER = "page/";

  /** No name is a folder's or leads out of ours: dots are part of endings alone. */
  private static final Pattern NAME =
      Pattern.compile("(?:[a-z]+/){0,3}(?:LICENSE|[A-Za-z]+(?:\\.(?:esm|min))?\\.(?:js|css|svg))");

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "svg", "image/svg+xml");

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
          + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
          + "require-trusted-types-for 'script'; trusted-types 'none'";

  private final Map<String, Asset> assets = new ConcurrentHashMap<>();

  /** A file's bytes and what tells this version from others. */
  @SuppressWarnings("ArrayRecordComponent") // written out, never changed
  private record Asset(byte[] bytes, String type, String tag) {}

  /** Whether a path belongs to the page. */
  static boolean owns(String path) {
    return path.equals("/") || path.startsWith("/" + FOLDER);
  }

  void index(Context context) {
    answer(context, "index.html");
  }

  void file(Context context) {
    String name = context.pathParam("file");
    if (!NAME.matcher(name).matches()) {
      throw missing(context);
    }
    answer(context, name);
  }

  private void answer(Context context, String name) {
    Asset asset = assets.get(name);
    if (asset == null) {
      asset = read(name).orElseThrow(() -> missing(context));
      assets.put(name, asset);
    }
    context.header("Content-Security-Policy", POLICY);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    context.header("Cache-Control", "no-cache");
    context.header("ETag", asset.tag());
    if (asset.tag().equals(context.header("If-None-Match"))) {
      context.status(304);
    } else {
      context.contentType(asset.type()).result(asset.bytes());
    }
  }

  private static ApiException missing(Context context) {
    return ApiException.refused(404, null, "unknown_url", "no such file: " + context.path());
  }

  private static Optional<Asset> read(String name) {
    try (InputStream in = PageRoutes.class.getResourceAsStream(FOLDER + name)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] bytes = in.readAllBytes();
      CRC32C sum = new CRC32C();
      sum.update(bytes);
      String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
      return Optional.of(
          new Asset(
              bytes,
              type == null ? "text/plain; charset=utf-8" : type,
              "\"" + HexFormat.of().toHexDigits((int) sum.getValue()) + "-" + bytes.length + "\""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
