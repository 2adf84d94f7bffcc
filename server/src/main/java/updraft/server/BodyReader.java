package updraft.server;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/**
 * Reads bodies of JSON within bounds of size and time, however they are sent.
 *
 * @param maxBytes largest body
 * @param timeout longest a body may take; Jetty bounds the time between two of its bytes
 */
record BodyReader(long maxBytes, Duration timeout) {
  private static final int CHUNK = 8192;

  byte[] read(Context context) throws IOException {
    refuseOthers(context);
    if (context.req().getContentLengthLong() > maxBytes) {
      throw tooLarge();
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    long start = System.nanoTime();
    try (InputStream in = context.req().getInputStream()) {
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        body.write(chunk, 0, read);
        if (body.size() > maxBytes) {
          throw tooLarge();
        }
        if (System.nanoTime() - start > timeout.toNanos()) {
          throw tooSlow();
        }
      }
    } catch (IOException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw tooSlow();
      }
      throw e;
    }
    return body.toByteArray();
  }

  private static void refuseOthers(Context context) {
    String type = context.contentType();
    String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!media.equals("application/json")) {
      throw unsupported("Content-Type", "application/json", type == null ? "none" : type);
    }
    String encoding = context.header("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw unsupported("Content-Encoding", "identity", encoding);
    }
  }

  private static ApiException unsupported(String header, String wanted, String sent) {
    return ApiException.refused(
        415, null, null, header + " must be " + wanted + ": " + header + "=" + sent);
  }

  private ApiException tooLarge() {
    return ApiException.refused(
        413, null, null, "the body must have at most " + maxBytes + " bytes");
  }

  private ApiException tooSlow() {
    return ApiException.refused(
            408, null, null, "the body must come within " + timeout.toMillis() + " ms")
        .with("Connection", "close");
  }
}
