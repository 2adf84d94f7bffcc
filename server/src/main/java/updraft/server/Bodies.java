package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import updraft.server.openai.JsonFields;

/** The JSON object that a request carries, read and parsed once. Thread-safe. */
final class Bodies {
  private static final String PARSED = "updraft.body";

  private final Json json;
  private final BodyReader reader;

  Bodies(Json json, ServerOptions options) {
    this.json = json;
    this.reader = new BodyReader(options.maxBodyBytes(), options.idleTimeout());
  }

  /**
   * @throws ApiException for other content types, bad JSON and bodies too large or too slow
   */
  JsonFields of(Context context) throws IOException {
    JsonFields body = context.attribute(PARSED);
    if (body == null) {
      body = json.parse(reader.read(context));
      context.attribute(PARSED, body);
    }
    return body;
  }
}
