package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What became of spans, by the SDK's own account: its batch processor counts those it exported and
 * those it dropped because its queue was full, its exporter those that a collector took or refused.
 * The SDK tells it through metrics of its own, which this reads when Prometheus does; thread-safe.
 */
final class ExportCounts implements MetricReader {
  private static final String PROCESSED = "processedSpans";
  private static final String EXPORTED = "otlp.exporter.exported";
  private static final String QUEUED = "queueSize";

  private volatile CollectionRegistration sdk = CollectionRegistration.noop();

  /** Of the spans that go past the SDK; null when all go through it. */
  private volatile @Nullable SpanQueue queue;

  /** Counts a queue's spans too. */
  void add(SpanQueue other) {
    queue = other;
  }

  @Override
  public void register(CollectionRegistration registration) {
    sdk = registration;
  }

  void register(PrometheusRegistry registry) {
    counter(
        registry,
        "updraft_spans_dropped",
        "Spans dropped because the exporter did not keep up",
        () -> sum(PROCESSED, point -> is(point, "dropped", true)) + ours(SpanQueue::dropped));
    counter(
        registry,
        "updraft_spans_exported",
        "Spans that the collector took",
        () -> sum(EXPORTED, point -> is(point, "success", true)) + ours(SpanQueue::exported));
    counter(
        registry,
        "updraft_spans_failed",
        "Spans that could not be delivered to the collector",
        () -> sum(EXPORTED, point -> is(point, "success", false)) + ours(SpanQueue::failed));
    GaugeWithCallback.builder()
        .name("updraft_spans_queued")
        .help("Spans waiting to be exported")
        .callback(told -> told.call(sum(QUEUED, point -> true) + ours(SpanQueue::queued)))
        .register(registry);
  }

  private long ours(ToLongFunction<SpanQueue> count) {
    SpanQueue counted = queue;
    return counted == null ? 0 : count.applyAsLong(counted);
  }

  private static void counter(
      PrometheusRegistry registry, String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(told -> told.call(value.getAsLong()))
        .register(registry);
  }

  private static boolean is(LongPointData point, String attribute, boolean value) {
    for (Map.Entry<AttributeKey<?>, Object> entry : point.getAttributes().asMap().entrySet()) {
      if (entry.getKey().getKey().equals(attribute)) {
        return entry.getValue().equals(value);
      }
    }
    return false;
  }

  long sum(String name, Predicate<LongPointData> chosen) {
    long sum = 0;
    for (MetricData metric : sdk.collectAllMetrics()) {
      if (metric.getName().equals(name)) {
        sum +=
            switch (metric.getType()) {
              case LONG_SUM -> sum(metric.getLongSumData().getPoints(), chosen);
              case LONG_GAUGE -> sum(metric.getLongGaugeData().getPoints(), chosen);
              default -> 0;
            };
      }
    }
    return sum;
  }

  private static long sum(Iterable<LongPointData> points, Predicate<LongPointData> chosen) {
    long sum = 0;
    for (LongPointData point : points) {
      sum += chosen.test(point) ? point.getValue() : 0;
    }
    return sum;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
