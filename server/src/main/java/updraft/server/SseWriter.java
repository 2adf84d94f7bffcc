package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Server-sent events as OpenAI's clients read them: {@code data: JSON}, at last {@code [DONE]}. The
 * answer's head goes out with the first event, so what fails before it still has a status.
 */
final class SseWriter {
  private final Context context;
  private final Json json;
  private @Nullable OutputStream out;

  SseWriter(Context context, Json json) {
    this.context = context;
    this.json = json;
  }

  /** Whether the answer's head has been sent. */
  boolean begun() {
    return out != null;
  }

  /**
   * Writes an event, which may stay in a buffer until {@link #flush}.
   *
   * @throws IOException if the client has gone
   */
  void data(Object value) throws IOException {
    write("data: " + json.text(value) + "\n\n");
  }

  /** Tells of a failure and ends the stream. */
  void error(ApiException failure) throws IOException {
    write("event: error\ndata: " + json.text(failure.body()) + "\n\n");
    done();
  }

  void done() throws IOException {
    write("data: [DONE]\n\n");
    flush();
  }

  void flush() throws IOException {
    if (out != null) {
      out.flush();
    }
  }

  private void write(String event) throws IOException {
    if (out == null) {
      context.status(200).contentType("text/event-stream; charset=utf-8");
      context.header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
      // not the context's own stream: that one flushes nothing before its end
      out = context.res().getOutputStream();
    }
    out.write(event.getBytes(StandardCharsets.UTF_8));
  }
}
