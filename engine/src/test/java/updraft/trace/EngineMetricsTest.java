package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import updraft.request.FinishReason;
import updraft.request.SpeculationOptions;

class EngineMetricsTest {
  private static final Offset<Double> EXACT = Offset.offset(1e-12);
  private final TraceHarness t = new TraceHarness(OpenTelemetry.noop(), 0);

  @Test
  void countsWhatSpeculationDid() {
    t.serve(TraceHarness.request().build(), FinishReason.STOP, null); // accepts 2 of 3, 0 of 3
    assertThat(counter("spec_decode_num_drafts")).isEqualTo(2);
    assertThat(counter("spec_decode_num_draft_tokens")).isEqualTo(6);
    assertThat(counter("spec_decode_num_accepted_tokens")).isEqualTo(2);
    String byPosition = "spec_decode_num_accepted_tokens_per_pos";
    assertThat(counter(byPosition, "position", "0")).isEqualTo(1);
    assertThat(counter(byPosition, "position", "1")).isEqualTo(1);
    assertThat(counter(byPosition, "position", "2")).isZero();
  }

  @Test
  void aRoundWithoutADraftIsNoDraft() {
    RequestTrace trace = t.open(TraceHarness.request().build());
    trace.choice(0).verified(0, 1, 1);
    assertThat(counter("spec_decode_num_drafts")).isZero();
    assertThat(trace.speculation(1).rounds()).isEqualTo(1);
  }

  @Test
  void plainDecodingIsNoSpeculation() {
    RequestTrace trace = t.open(TraceHarness.request().speculation(SpeculationOptions.OFF).build());
    trace.choice(0).verified(0, 1, 1);
    assertThat(counter("spec_decode_num_drafts")).isZero();
  }

  @Test
  void aBatchCountsItsTimeOnce() {
    List<RequestTimes> batch =
        List.of(
            t.open(TraceHarness.request().build()).choice(0),
            t.open(TraceHarness.request().build()).choice(0));
    t.round(t.tracing.steps(), batch, 1);
    assertThat(counter("spec_decode_draft_seconds")).isCloseTo(0.001, EXACT);
    assertThat(counter("spec_decode_verify_seconds")).isCloseTo(0.001, EXACT);
    assertThat(counter("updraft_steps")).isEqualTo(1);
    assertThat(counter("updraft_rows")).isEqualTo(8);
  }

  @Test
  void countsTokensAndEndings() {
    t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
    t.open(TraceHarness.request().build()).fail(FinishReason.ABORT, "cancelled");
    assertThat(counter("updraft_prompt_tokens")).isEqualTo(5);
    assertThat(counter("updraft_cached_tokens")).isEqualTo(1);
    assertThat(counter("updraft_prefix_cache_hits")).isEqualTo(1);
    assertThat(counter("updraft_prefilled_tokens")).isEqualTo(4);
    assertThat(counter("updraft_generated_tokens")).isEqualTo(5);
    assertThat(counter("updraft_finished", "finish_reason", "stop")).isEqualTo(1);
    assertThat(counter("updraft_finished", "finish_reason", "abort")).isEqualTo(1);
    assertThat(counter("updraft_finished", "finish_reason", "error")).isZero();
  }

  @Test
  void observesLatenciesOncePerRequest() {
    RequestTrace trace = t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
    HistogramDataPointSnapshot first = histogram("gen_ai_server_time_to_first_token_seconds");
    assertThat(first.getCount()).isEqualTo(1);
    assertThat(first.getSum()).isCloseTo(trace.timings().firstTokenNanos() * 1e-9, EXACT);
    HistogramDataPointSnapshot perToken = histogram("gen_ai_server_time_per_output_token_seconds");
    assertThat(perToken.getCount()).isEqualTo(1);
    assertThat(perToken.getSum())
        .isCloseTo(trace.timings().decodeNanos() / 4 * 1e-9, Offset.offset(1e-8));
    assertThat(perToken.hasNativeHistogramData()).isTrue();
    assertThat(perToken.getClassicBuckets().getUpperBound(0)).isLessThan(0.001);
    HistogramDataPointSnapshot whole = histogram("gen_ai_server_request_duration_seconds");
    assertThat(whole.getCount()).isEqualTo(1);
    assertThat(whole.getSum()).isGreaterThan(first.getSum());
  }

  @Test
  void failuresAreNoLatencies() {
    t.serve(TraceHarness.request().build(), FinishReason.ERROR, "broken");
    assertThat(histogram("gen_ai_server_request_duration_seconds").getCount()).isZero();
    assertThat(histogram("gen_ai_server_time_per_output_token_seconds").getCount()).isZero();
  }

  @Test
  void showsTheStateOfTheEngine() {
    t.metrics.sequences(3, 4);
    t.metrics.pages(5, 6);
    t.metrics.rejected();
    RequestTrace trace = t.open(TraceHarness.request().build());
    trace.choice(0).preempted();
    assertThat(gauge("updraft_running_sequences")).isEqualTo(3);
    assertThat(gauge("updraft_waiting_sequences")).isEqualTo(4);
    assertThat(gauge("updraft_pages_used")).isEqualTo(5);
    assertThat(gauge("updraft_pages_free")).isEqualTo(6);
    assertThat(counter("updraft_queue_rejections")).isEqualTo(1);
    assertThat(counter("updraft_preemptions")).isEqualTo(1);
  }

  private double counter(String name, String... labels) {
    CounterSnapshot counter = (CounterSnapshot) metric(name);
    for (CounterDataPointSnapshot point : counter.getDataPoints()) {
      if (labels.length == 0 || labels[1].equals(point.getLabels().get(labels[0]))) {
        return point.getValue();
      }
    }
    throw new AssertionError("no such labels on " + name);
  }

  private double gauge(String name) {
    return ((GaugeSnapshot) metric(name)).getDataPoints().getFirst().getValue();
  }

  private HistogramDataPointSnapshot histogram(String name) {
    return ((HistogramSnapshot) metric(name)).getDataPoints().getFirst();
  }

  private MetricSnapshot metric(String name) {
    return t.metrics.registry().scrape().stream()
        .filter(snapshot -> snapshot.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }
}
