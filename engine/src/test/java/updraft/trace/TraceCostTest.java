package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;

/** What a round costs when nobody listens. */
class TraceCostTest {
  private static final int WARM_UP = 20_000;
  private static final int ROUNDS = 2_000;

  @Test
  void aRoundAllocatesNothingWithTracingOff() {
    assertThat(bytesPerRound(new TraceHarness(OpenTelemetry.noop(), 0))).isZero();
  }

  @Test
  void aRoundAllocatesNothingWhenSampledOut() {
    try (TraceHarness t = new TraceHarness(3, b -> b.setSampler(Sampler.alwaysOff()))) {
      assertThat(bytesPerRound(t)).isZero();
      assertThat(t.spans()).isEmpty();
    }
  }

  @Test
  void theMeasureSeesASpan() {
    try (TraceHarness t = new TraceHarness(2, b -> b)) {
      List<RequestTimes> batch = decoding(t, 1);
      StepTimes steps = t.tracing.steps();
      long before = allocated();
      for (int i = 0; i < 32; i++) { // spans of rounds are made some at a time
        t.round(steps, batch, 1);
      }
      assertThat(allocated() - before).isGreaterThan(32 * 500);
    }
  }

  @Test
  void withTracingOffABatchReadsTheClockForDraftAndVerificationOnly() {
    TraceHarness t = new TraceHarness(OpenTelemetry.noop(), 0);
    List<RequestTimes> batch = decoding(t, 8);
    int before = t.clock.reads;
    t.round(t.tracing.steps(), batch, 1);
    assertThat(t.clock.reads - before).isEqualTo(4); // two stages, start and end
    assertThat(t.clock.wallReads).isZero();
  }

  @Test
  void tracingReadsTheClockOncePerStampOfABatch() {
    try (TraceHarness t = new TraceHarness(3)) {
      List<RequestTimes> batch = decoding(t, 8);
      int before = t.clock.reads;
      int wallBefore = t.clock.wallReads;
      t.round(t.tracing.steps(), batch, 1);
      assertThat(t.clock.reads - before).isEqualTo(10); // five stages, start and end
      assertThat(t.clock.wallReads - wallBefore).isEqualTo(1); // the step's own trace
      assertThat(wallBefore).isEqualTo(8); // one a request
    }
  }

  @Test
  void aWholeRequestReadsTheClockFourTimesBesideItsRounds() {
    TraceHarness t = new TraceHarness(OpenTelemetry.noop(), 0);
    RequestTrace trace = t.open(TraceHarness.request().build());
    t.prefill(trace.choice(0));
    TraceHarness.finish(trace, FinishReason.STOP, null);
    assertThat(t.clock.reads).isEqualTo(4); // opened, first forward, first token, finished
  }

  private static List<RequestTimes> decoding(TraceHarness t, int sequences) {
    GenerateRequest request = TraceHarness.request().build();
    RequestTimes[] batch = new RequestTimes[sequences];
    for (int i = 0; i < sequences; i++) {
      batch[i] = t.open(request).choice(0);
      t.tracing.advanceAll(List.of(batch[i]), Stage.PREFILL_WAITING, Stage.PREFILL_FORWARD);
      t.tracing.advanceAll(List.of(batch[i]), Stage.PREFILL_FORWARD, Stage.DECODE_FORWARD);
    }
    return List.of(batch);
  }

  private static long bytesPerRound(TraceHarness t) {
    List<RequestTimes> batch = decoding(t, 4);
    StepTimes steps = t.tracing.steps();
    for (int i = 0; i < WARM_UP; i++) {
      t.round(steps, batch, i % 4);
      t.metrics.sequences(4, i);
      t.metrics.pages(i, 100);
    }
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < 3; attempt++) { // a compilation may fall into one of them
      long before = allocated();
      for (int i = 0; i < ROUNDS; i++) {
        t.round(steps, batch, i % 4);
        t.metrics.sequences(4, i);
        t.metrics.pages(i, 100);
      }
      least = Math.min(least, allocated() - before);
    }
    return least / ROUNDS;
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().threadId());
  }
}
