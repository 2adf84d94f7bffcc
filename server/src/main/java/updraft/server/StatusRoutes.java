package updraft.server;

import io.javalin.http.Context;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import updraft.engine.Engine;
import updraft.trace.Tracing;

/** What operators ask: {@code /health}, {@code /metrics}, {@code /trace/level}. */
final class StatusRoutes {
  private final Engine engine;
  private final RequestReader reader;
  private final Json json;
  private final BooleanSupplier draining;

  /** OpenMetrics, which has exemplars, for those who accept it; Prometheus' text for others. */
  private final ExpositionFormats formats = ExpositionFormats.init();

  StatusRoutes(Engine engine, RequestReader reader, Json json, BooleanSupplier draining) {
    this.engine = engine;
    this.reader = reader;
    this.json = json;
    this.draining = draining;
    JvmMetrics.builder().register(engine.metrics().registry());
  }

  void health(Context context) {
    boolean down = draining.getAsBoolean();
    context.status(down ? 503 : 200);
    json.answer(context, Map.of("status", down ? "draining" : "ok", "model", engine.modelName()));
  }

  void metrics(Context context) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ExpositionFormatWriter writer = formats.findWriter(context.header("Accept"));
    writer.write(out, engine.metrics().registry().scrape());
    context.contentType(writer.getContentType()).result(out.toByteArray());
  }

  void traceLevel(Context context) {
    json.answer(context, Map.of("level", engine.tracing().level()));
  }

  void setTraceLevel(Context context) throws IOException {
    engine.tracing().level(reader.body(context).integer("level", 0, Tracing.MAX_LEVEL));
    traceLevel(context);
  }
}
