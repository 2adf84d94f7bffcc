package updraft.server;

import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import updraft.engine.Engine;
import updraft.server.openai.JsonFields;

/** {@code POST /tokenize} and {@code POST /detokenize}. */
final class TokenRoutes {
  private final Engine engine;
  private final RequestReader reader;
  private final Json json;

  TokenRoutes(Engine engine, RequestReader reader, Json json) {
    this.engine = engine;
    this.reader = reader;
    this.json = json;
  }

  void tokenize(Context context) throws IOException {
    JsonFields body = reader.body(context);
    String prompt = body.string("prompt", null);
    if (prompt == null) {
      throw ApiException.badRequest("prompt", "prompt must be a text");
    }
    boolean special = body.flag("special", false);
    int[] ids =
        body.flag("add_special", true)
            ? engine.encode(prompt, special)
            : engine.tokenizer().encode(prompt, special);
    json.answer(context, Map.of("ids", ids));
  }

  void detokenize(Context context) throws IOException {
    JsonFields body = reader.body(context);
    if (!body.has("ids")) {
      throw ApiException.badRequest("ids", "ids must be an array of token ids");
    }
    int[] ids = body.tokens("ids");
    int size = engine.tokenizer().vocabularySize();
    for (int id : ids) {
      if (id < 0 || id >= size) {
        throw ApiException.badRequest("ids", "ids must be in [0, " + size + "): id=" + id);
      }
    }
    json.answer(context, Map.of("text", engine.tokenizer().decode(ids)));
  }
}
