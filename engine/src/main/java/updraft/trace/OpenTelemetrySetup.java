package updraft.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import updraft.trace.SpanQueue.Limits;

/**
 * The SDK as the standard {@code OTEL_*} variables ask for it, with defaults for an engine's
 * traces: OTLP over {@code http/protobuf}, and a queue that takes bursts of rounds. Spans of rounds
 * go past the SDK to the same collector, when it is the only one. Metrics and logs are not exported
 * this way.
 *
 * <p>Needs the SDK's autoconfiguration and OTLP exporter on the class path, which are optional
 * dependencies of the engine. Closing it exports what is left.
 */
public final class OpenTelemetrySetup implements AutoCloseable {
  /** The level of an engine whose spans go somewhere. */
  private static final int EXPORTING_LEVEL = 2;

  private static final long CLOSE_SECONDS = 5;
  private static final int QUEUE = 65536;
  private static final int BATCH = 16384;
  private static final Duration DELAY = Duration.ofSeconds(2);

  private static final List<String> DESTINATIONS =
      List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  private static final List<String> PROTOCOLS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");

  private final @Nullable OpenTelemetrySdk sdk;
  private final @Nullable ExportCounts counts;
  private final @Nullable OtlpExport export;

  private OpenTelemetrySetup(
      @Nullable OpenTelemetrySdk sdk, @Nullable ExportCounts counts, @Nullable OtlpExport export) {
    this.sdk = sdk;
    this.counts = counts;
    this.export = export;
  }

  /**
   * Exports when {@code OTEL_TRACES_EXPORTER} or an OTLP endpoint is set, unless {@code
   * OTEL_SDK_DISABLED} or {@code OTEL_TRACES_EXPORTER=none} says not to.
   *
   * @param environment the process's variables
   * @throws IllegalArgumentException if they ask for what cannot be had; the message is one line
   */
  public static OpenTelemetrySetup of(Map<String, String> environment) {
    if (!exports(environment)) {
      return new OpenTelemetrySetup(null, null, null);
    }
    for (String variable : PROTOCOLS) {
      String protocol = environment.getOrDefault(variable, "http/protobuf");
      if (!protocol.equals("http/protobuf")) {
        throw new IllegalArgumentException(
            variable + " must be http/protobuf: " + variable + "=" + protocol);
      }
    }
    try {
      return new Building(environment).build();
    } catch (ConfigurationException e) {
      throw new IllegalArgumentException(
          "OTEL_* variables cannot be followed: " + e.getMessage(), e);
    }
  }

  /** What {@link Tracing} is made from; does nothing when nothing is exported. */
  public OpenTelemetry openTelemetry() {
    if (sdk == null) {
      return OpenTelemetry.noop();
    }
    return export == null ? sdk : new ExportedTelemetry(sdk, export);
  }

  /** The trace level where none is asked for: 2 when spans are exported, else 0. */
  public int defaultLevel() {
    return sdk == null ? 0 : EXPORTING_LEVEL;
  }

  /** Shows among an engine's metrics what became of its spans; nothing when none are exported. */
  public void show(EngineMetrics metrics) {
    show(metrics.registry());
  }

  /** Shows in a registry what became of all spans. */
  public void show(PrometheusRegistry registry) {
    if (counts != null) {
      counts.register(registry);
    }
  }

  /** Exports what is left, for 5 seconds at most. */
  @Override
  public void close() {
    if (sdk != null) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
      if (export != null) {
        export.queue().close(Duration.ofSeconds(CLOSE_SECONDS));
      }
      sdk.shutdown().join(Math.max(1, end - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
  }

  private static boolean exports(Map<String, String> environment) {
    if (Boolean.parseBoolean(environment.get("OTEL_SDK_DISABLED"))) {
      return false;
    }
    String exporter = environment.getOrDefault("OTEL_TRACES_EXPORTER", "");
    if (!exporter.isBlank()) {
      return !exporter.equals("none");
    }
    return DESTINATIONS.stream().anyMatch(name -> !environment.getOrDefault(name, "").isBlank());
  }

  private static Map<String, String> defaults(Map<String, String> environment) {
    Map<String, String> defaults =
        new HashMap<>(
            Map.of(
                "otel.traces.exporter", "otlp",
                "otel.metrics.exporter", "none",
                "otel.logs.exporter", "none",
                "otel.exporter.otlp.protocol", "http/protobuf",
                "otel.bsp.max.queue.size", String.valueOf(QUEUE),
                "otel.bsp.max.export.batch.size", String.valueOf(BATCH),
                "otel.bsp.schedule.delay", String.valueOf(DELAY.toMillis())));
    // the variable for the name would win over the attribute of the same meaning
    if (!environment.getOrDefault("OTEL_RESOURCE_ATTRIBUTES", "").contains("service.name=")) {
      defaults.put("otel.service.name", "updraft");
    }
    return defaults;
  }

  private static Map<String, String> properties(Map<String, String> environment) {
    Map<String, String> properties = new HashMap<>();
    environment.forEach(
        (name, value) -> {
          if (name.startsWith("OTEL_") && !value.isBlank()) {
            properties.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
          }
        });
    return properties;
  }

  /** The SDK while it is made, and what it is made of. */
  private static final class Building {
    private final Map<String, String> environment;
    private final ExportCounts counts = new ExportCounts();
    private final List<HttpSender> senders = new ArrayList<>();
    private Resource resource = Resource.empty();
    private Sampler sampler = Sampler.alwaysOn();
    private int exporters;
    private @Nullable Limits limits;

    Building(Map<String, String> environment) {
      this.environment = environment;
    }

    OpenTelemetrySetup build() {
      OpenTelemetrySdk sdk =
          ScopedValue.where(BlockingSenderProvider.MADE, senders).call(this::sdk);
      OtlpExport export = null;
      // with more than one exporter all must have all spans, which is the SDK's work
      if (exporters == 1 && senders.size() == 1 && limits != null) {
        SpanQueue queue = new SpanQueue(senders.getFirst(), OtlpResource.encode(resource), limits);
        counts.add(queue);
        export = new OtlpExport(queue, sampler);
      }
      return new OpenTelemetrySetup(sdk, counts, export);
    }

    private OpenTelemetrySdk sdk() {
      return AutoConfiguredOpenTelemetrySdk.builder()
          .disableShutdownHook()
          .addPropertiesSupplier(() -> defaults(environment))
          .addPropertiesCustomizer(config -> properties(environment))
          .addMeterProviderCustomizer((meters, config) -> meters.registerMetricReader(counts))
          .addResourceCustomizer((made, config) -> resource = made)
          .addSamplerCustomizer((made, config) -> sampler = made)
          .addSpanExporterCustomizer(this::exporter)
          .build()
          .getOpenTelemetrySdk();
    }

    private SpanExporter exporter(SpanExporter made, ConfigProperties config) {
      exporters++;
      if (made instanceof OtlpHttpSpanExporter) {
        limits =
            new Limits(
                config.getInt("otel.bsp.max.queue.size", QUEUE),
                config.getInt("otel.bsp.max.export.batch.size", BATCH),
                config.getDuration("otel.bsp.schedule.delay", DELAY));
      }
      return made;
    }
  }
}
