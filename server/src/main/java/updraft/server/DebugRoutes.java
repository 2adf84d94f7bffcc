package updraft.server;

import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import updraft.engine.Engine;
import updraft.record.RequestRecord;
import updraft.server.debug.DebugWire;

/** {@code GET /debug/requests}, the last requests, and {@code GET /debug/requests/{id}}, one. */
final class DebugRoutes {
  private final Engine engine;
  private final Json json;

  DebugRoutes(Engine engine, Json json) {
    this.engine = engine;
    this.json = json;
  }

  void list(Context context) {
    List<DebugWire.Summary> requests =
        engine.requests().newestFirst().stream().map(DebugWire.Summary::of).toList();
    json.answer(context, Map.of("requests", requests));
  }

  void one(Context context) {
    String id = context.pathParam("id");
    RequestRecord request =
        engine
            .requests()
            .find(id)
            .orElseThrow(
                () ->
                    ApiException.refused(
                        404,
                        "id",
                        "request_not_found",
                        "id must be of one of the last "
                            + engine.options().recentRequests()
                            + " requests: id="
                            + id));
    json.answer(context, DebugWire.Recorded.of(request, engine.tokenizer()));
  }
}
