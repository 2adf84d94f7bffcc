package updraft.server;

import io.javalin.http.Context;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import updraft.engine.Engine;
import updraft.record.RequestRecord;
import updraft.server.debug.DebugWire;
import updraft.server.models.Models;

/**
 * {@code GET /debug/requests}, the last requests of the models that are loaded, and {@code GET
 * /debug/requests/{id}}, one.
 */
final class DebugRoutes {
  private final Models models;
  private final Json json;

  DebugRoutes(Models models, Json json) {
    this.models = models;
    this.json = json;
  }

  void list(Context context) {
    List<DebugWire.Summary> requests =
        models.engines().stream()
            .flatMap(engine -> engine.requests().newestFirst().stream())
            .sorted(Comparator.comparingLong(RequestRecord::createdMillis).reversed())
            .map(DebugWire.Summary::of)
            .toList();
    json.answer(context, Map.of("requests", requests));
  }

  void one(Context context) {
    String id = context.pathParam("id");
    for (Engine engine : models.engines()) {
      Optional<RequestRecord> request = engine.requests().find(id);
      if (request.isPresent()) {
        json.answer(context, DebugWire.Recorded.of(request.get(), engine.tokenizer()));
        return;
      }
    }
    int kept = models.engines().stream().mapToInt(e -> e.options().recentRequests()).sum();
    throw ApiException.refused(
        404,
        "id",
        "request_not_found",
        "id must be of one of the last " + kept + " requests: id=" + id);
  }
}
