package updraft.server;

import io.javalin.http.Handler;
import java.util.function.Function;
import updraft.server.models.ModelLease;
import updraft.server.models.Models;

/** Hands a request to the model that its body names, which stays loaded until it is answered. */
final class ModelDispatch {
  private final Models models;
  private final Json json;
  private final Bodies bodies;
  private final ServerOptions options;

  ModelDispatch(Models models, Json json, Bodies bodies, ServerOptions options) {
    this.models = models;
    this.json = json;
    this.bodies = bodies;
    this.options = options;
  }

  Handler to(Function<ServedModel, Handler> route) {
    return context -> {
      String name = bodies.of(context).string("model", null);
      try (ModelLease lease = models.lease(name)) {
        ServedModel model =
            lease.companion(
                ServedModel.class, engine -> ServedModel.of(engine, json, bodies, options));
        route.apply(model).handle(context);
      }
    };
  }
}
