package updraft.server;

import io.javalin.http.Context;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import updraft.server.models.ModelStatus;
import updraft.server.models.Models;
import updraft.trace.Tracing;

/** What operators ask: {@code /health}, {@code /metrics}, {@code /trace/level}. */
final class StatusRoutes {
  private final Models models;
  private final Bodies bodies;
  private final Json json;
  private final BooleanSupplier draining;
  private final ModelMetrics metrics;

  /** OpenMetrics, which has exemplars, for those who accept it; Prometheus' text for others. */
  private final ExpositionFormats formats = ExpositionFormats.init();

  StatusRoutes(Models models, Bodies bodies, Json json, BooleanSupplier draining) {
    this.models = models;
    this.bodies = bodies;
    this.json = json;
    this.draining = draining;
    this.metrics = new ModelMetrics(models);
    JvmMetrics.builder().register(models.registry());
  }

  /**
   * {@code model} is the one that answers requests that name none. Degraded while a model's last
   * forward failed, its device lost for example: a request that it serves makes it well again.
   */
  void health(Context context) {
    boolean down = draining.getAsBoolean();
    Map<String, String> states = new LinkedHashMap<>();
    Map<String, String> reasons = new LinkedHashMap<>();
    for (ModelStatus model : models.status()) {
      states.put(model.name(), model.state().wireName());
      String trouble = model.engine() == null ? null : model.engine().trouble();
      if (trouble != null) {
        reasons.put(model.name(), trouble);
      }
    }
    context.status(down || !reasons.isEmpty() ? 503 : 200);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("status", down ? "draining" : reasons.isEmpty() ? "ok" : "degraded");
    answer.put("model", models.names().getFirst());
    answer.put("models", states);
    if (!reasons.isEmpty()) {
      answer.put("reasons", reasons);
    }
    json.answer(context, answer);
  }

  void metrics(Context context) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExpositionFormatWriter writer = formats.findWriter(context.header("Accept"));
    writer.write(out, metrics.scrape());
    context.contentType(writer.getContentType()).result(out.toByteArray());
  }

  void traceLevel(Context context) {
    json.answer(context, Map.of("level", models.traceLevel()));
  }

  void setTraceLevel(Context context) throws IOException {
    models.traceLevel(bodies.of(context).integer("level", 0, Tracing.MAX_LEVEL));
    traceLevel(context);
  }
}
