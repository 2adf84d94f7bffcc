package updraft.server;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import updraft.engine.Engine;

/** {@code GET /v1/models} and {@code GET /v1/models/{model}}: the one model that is served. */
final class ModelRoutes {
  private final Engine engine;
  private final Json json;
  private final long started = System.currentTimeMillis() / 1000;

  ModelRoutes(Engine engine, Json json) {
    this.engine = engine;
    this.json = json;
  }

  void list(Context context) {
    json.answer(context, Map.of("object", "list", "data", List.of(card())));
  }

  void one(Context context) {
    String model = context.pathParam("model");
    if (!model.equals(engine.modelName())) {
      throw ApiException.refused(
          404,
          "model",
          "model_not_found",
          "model must be " + engine.modelName() + ": model=" + model);
    }
    json.answer(context, card());
  }

  private Map<String, Object> card() {
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("id", engine.modelName());
    card.put("object", "model");
    card.put("created", started);
    card.put("owned_by", "updraft");
    card.put("context_length", engine.contextLength());
    card.put("chat", engine.chats());
    return card;
  }
}
