package updraft.server;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import updraft.engine.Engine;
import updraft.server.models.ModelStatus;
import updraft.server.models.Models;

/** {@code GET /v1/models} and {@code GET /v1/models/{model}}: what can be asked for. */
final class ModelRoutes {
  private final Models models;
  private final Json json;
  private final long started = System.currentTimeMillis() / 1000;

  ModelRoutes(Models models, Json json) {
    this.models = models;
    this.json = json;
  }

  void list(Context context) {
    json.answer(
        context,
        Map.of("object", "list", "data", models.status().stream().map(this::card).toList()));
  }

  void one(Context context) {
    json.answer(context, card(models.status(context.pathParam("model"))));
  }

  /** What only a loaded model knows of itself is left out of the others' cards. */
  private Map<String, Object> card(ModelStatus model) {
    Map<String, Object> card = new LinkedHashMap<>();
    card.put("id", model.name());
    card.put("object", "model");
    card.put("created", started);
    card.put("owned_by", "updraft");
    card.put("state", model.state().wireName());
    Engine engine = model.engine();
    if (engine != null) {
      card.put("context_length", engine.contextLength());
      card.put("chat", engine.chats());
    }
    if (model.failure() != null) {
      card.put("failure", model.failure());
    }
    return card;
  }
}
