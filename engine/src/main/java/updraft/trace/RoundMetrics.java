package updraft.trace;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Rounds by who drafted and how far: accept length is 1 + accepted ÷ rounds, accept rate accepted ÷
 * drafted. Fed by the engine thread alone; a round allocates nothing once its method is known.
 */
final class RoundMetrics {
  /** Numbers of rows whose cost is told. */
  private static final int[] ROWS = {1, 2, 4, 8, 16, 32, 64};

  private final Counter roundsByMethod;
  private final Counter draftedByMethod;
  private final Counter acceptedByMethod;
  private final CounterDataPoint wasted;

  /** By the number of bits of the drafted nodes less one: 0, 1, 2, 3–4, 5–8, … */
  private final CounterDataPoint[] budgets = new CounterDataPoint[8];

  private final Map<String, Method> methods = new HashMap<>();
  private volatile IntToDoubleFunction secondsByRows = rows -> Double.NaN;

  RoundMetrics(PrometheusRegistry registry) {
    roundsByMethod = counter(registry, "updraft_rounds", "Rounds, by who drafts", "method");
    draftedByMethod =
        counter(registry, "updraft_drafted_tokens", "Drafted tokens that were verified", "method");
    acceptedByMethod =
        counter(registry, "updraft_accepted_tokens", "Drafted tokens that were kept", "method");
    wasted =
        counter(registry, "updraft_wasted_tokens", "Drafted tokens verified for nothing")
            .labelValues();
    Counter byNodes =
        counter(registry, "updraft_budget_rounds", "Rounds, by drafted nodes verified", "nodes");
    for (int i = 0; i < budgets.length; i++) {
      budgets[i] = byNodes.labelValues(range(i));
    }
    GaugeWithCallback.builder()
        .name("updraft_step_cost")
        .unit(Unit.SECONDS)
        .help("What a step takes by rows, as measured")
        .labelNames("rows")
        .callback(this::tellCosts)
        .register(registry);
  }

  private record Method(
      CounterDataPoint rounds, CounterDataPoint drafted, CounterDataPoint accepted) {}

  private static String range(int index) {
    return switch (index) {
      case 0 -> "0";
      case 1 -> "1";
      case 2 -> "2";
      default -> (1 << (index - 2)) + 1 + "-" + (1 << (index - 1));
    };
  }

  private static Counter counter(
      PrometheusRegistry registry, String name, String help, String... labels) {
    return Counter.builder()
        .name(name)
        .help(help)
        .labelNames(labels)
        .withoutExemplars()
        .register(registry);
  }

  /** The curve is read without a lock, so that it may be a step old. */
  void costs(IntToDoubleFunction curve) {
    secondsByRows = curve;
  }

  private void tellCosts(GaugeWithCallback.Callback told) {
    for (int rows : ROWS) {
      told.call(secondsByRows.applyAsDouble(rows), Integer.toString(rows));
    }
  }

  void round(String name, int drafted, int accepted) {
    Method method = methods.get(name);
    if (method == null) {
      method =
          new Method(
              roundsByMethod.labelValues(name),
              draftedByMethod.labelValues(name),
              acceptedByMethod.labelValues(name));
      methods.put(name, method);
    }
    method.rounds().inc();
    budgets[drafted == 0 ? 0 : Integer.SIZE + 1 - Integer.numberOfLeadingZeros(drafted - 1)].inc();
    if (drafted > 0) {
      method.drafted().inc(drafted);
      method.accepted().inc(accepted);
      wasted.inc(Math.max(0, drafted - accepted)); // a counter throws on less
    }
  }
}
