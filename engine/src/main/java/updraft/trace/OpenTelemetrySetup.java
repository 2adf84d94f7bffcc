package updraft.trace;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The SDK as the standard {@code OTEL_*} variables ask for it, with defaults for an engine's
 * traces: OTLP over {@code http/protobuf}, and a queue that takes bursts of rounds. Metrics and
 * logs are not exported this way.
 *
 * <p>Needs the SDK's autoconfiguration and OTLP exporter on the class path, which are optional
 * dependencies of the engine. Closing it exports what is left.
 */
public final class OpenTelemetrySetup implements AutoCloseable {
  /** The level of an engine whose spans go somewhere. */
  private static final int EXPORTING_LEVEL = 2;

  private static final long CLOSE_SECONDS = 5;

  private static final List<String> DESTINATIONS =
      List.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  private static final List<String> PROTOCOLS =
      List.of("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL");

  private final @Nullable OpenTelemetrySdk sdk;
  private final @Nullable ExportCounts counts;

  private OpenTelemetrySetup(@Nullable OpenTelemetrySdk sdk, @Nullable ExportCounts counts) {
    this.sdk = sdk;
    this.counts = counts;
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
      return new OpenTelemetrySetup(null, null);
    }
    for (String variable : PROTOCOLS) {
      String protocol = environment.getOrDefault(variable, "http/protobuf");
      if (!protocol.equals("http/protobuf")) {
        throw new IllegalArgumentException(
            variable + " must be http/protobuf: " + variable + "=" + protocol);
      }
    }
    try {
      ExportCounts counts = new ExportCounts();
      return new OpenTelemetrySetup(
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> defaults(environment))
              .addPropertiesCustomizer(config -> properties(environment))
              .addMeterProviderCustomizer((meters, config) -> meters.registerMetricReader(counts))
              .build()
              .getOpenTelemetrySdk(),
          counts);
    } catch (ConfigurationException e) {
      throw new IllegalArgumentException(
          "OTEL_* variables cannot be followed: " + e.getMessage(), e);
    }
  }

  /** What {@link Tracing} is made from; does nothing when nothing is exported. */
  public OpenTelemetry openTelemetry() {
    return sdk == null ? OpenTelemetry.noop() : sdk;
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
      sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
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
                "otel.bsp.max.queue.size", "65536",
                "otel.bsp.max.export.batch.size", "512",
                "otel.bsp.schedule.delay", "500"));
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
}
