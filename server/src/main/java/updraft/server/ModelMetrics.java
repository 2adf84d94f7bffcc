package updraft.server;

import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import updraft.engine.Engine;
import updraft.server.models.ModelStatus;
import updraft.server.models.ModelStatus.State;
import updraft.server.models.Models;

/**
 * The metrics of all loaded models as one exposition. With several models every engine's metric has
 * the label {@code model}; an engine that was unloaded begins again at zero.
 */
final class ModelMetrics {
  private static final String MODEL = "model";

  private final Models models;

  ModelMetrics(Models models) {
    this.models = models;
    GaugeWithCallback.builder()
        .name("updraft_model_loaded")
        .help("Whether a model is loaded")
        .labelNames(MODEL)
        .callback(
            told ->
                models
                    .status()
                    .forEach(one -> told.call(one.state() == State.LOADED ? 1 : 0, one.name())))
        .register(models.registry());
    CounterWithCallback.builder()
        .name("updraft_model_loads")
        .help("Times that a model was loaded")
        .labelNames(MODEL)
        .callback(told -> models.status().forEach(one -> told.call(one.loads(), one.name())))
        .register(models.registry());
  }

  MetricSnapshots scrape() {
    boolean several = models.names().size() > 1;
    Map<String, List<MetricSnapshot>> byName = new LinkedHashMap<>();
    for (ModelStatus model : models.status()) {
      Engine engine = model.engine();
      if (engine != null) {
        for (MetricSnapshot metric : engine.metrics().registry().scrape()) {
          byName
              .computeIfAbsent(metric.getMetadata().getName(), name -> new ArrayList<>())
              .add(several ? labelled(metric, Labels.of(MODEL, model.name())) : metric);
        }
      }
    }
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    models.registry().scrape().forEach(all::metricSnapshot);
    byName.values().forEach(same -> all.metricSnapshot(together(same)));
    return all.build();
  }

  private static MetricSnapshot labelled(MetricSnapshot metric, Labels model) {
    MetricMetadata metadata = metric.getMetadata();
    return switch (metric) {
      case CounterSnapshot counter ->
          new CounterSnapshot(
              metadata,
              counter.getDataPoints().stream()
                  .map(
                      point ->
                          new CounterDataPointSnapshot(
                              point.getValue(),
                              point.getLabels().merge(model),
                              point.getExemplar(),
                              point.getCreatedTimestampMillis()))
                  .toList());
      case GaugeSnapshot gauge ->
          new GaugeSnapshot(
              metadata,
              gauge.getDataPoints().stream()
                  .map(
                      point ->
                          new GaugeDataPointSnapshot(
                              point.getValue(),
                              point.getLabels().merge(model),
                              point.getExemplar()))
                  .toList());
      case HistogramSnapshot histogram ->
          new HistogramSnapshot(
              metadata,
              histogram.getDataPoints().stream().map(point -> labelled(point, model)).toList());
      default -> throw new IllegalStateException("not a metric of engines: " + metadata.getName());
    };
  }

  private static HistogramDataPointSnapshot labelled(
      HistogramDataPointSnapshot point, Labels model) {
    return new HistogramDataPointSnapshot(
        point.getClassicBuckets(),
        point.getNativeSchema(),
        point.getNativeZeroCount(),
        point.getNativeZeroThreshold(),
        point.getNativeBucketsForPositiveValues(),
        point.getNativeBucketsForNegativeValues(),
        point.getSum(),
        point.getLabels().merge(model),
        point.getExemplars(),
        point.getCreatedTimestampMillis());
  }

  /** One metric of several engines; their labels differ. */
  private static MetricSnapshot together(List<MetricSnapshot> same) {
    MetricMetadata metadata = same.getFirst().getMetadata();
    return switch (same.getFirst()) {
      case CounterSnapshot _ ->
          new CounterSnapshot(
              metadata,
              same.stream().flatMap(m -> ((CounterSnapshot) m).getDataPoints().stream()).toList());
      case GaugeSnapshot _ ->
          new GaugeSnapshot(
              metadata,
              same.stream().flatMap(m -> ((GaugeSnapshot) m).getDataPoints().stream()).toList());
      default ->
          new HistogramSnapshot(
              metadata,
              same.stream()
                  .flatMap(m -> ((HistogramSnapshot) m).getDataPoints().stream())
                  .toList());
    };
  }
}
