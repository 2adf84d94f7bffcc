package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.request.FinishReason;

/** Every way out of a request ends all its spans, with status and reason. */
class TraceEndingsTest {
  @ParameterizedTest
  @EnumSource(
      value = FinishReason.class,
      names = {"STOP", "LENGTH"})
  void successLeavesTheStatusUnset(FinishReason reason) {
    try (TraceHarness t = new TraceHarness(3)) {
      t.serve(TraceHarness.request().build(), reason, null);
      t.assertWhole();
      assertThat(t.spans())
          .extracting(span -> span.getStatus().getStatusCode())
          .containsOnly(StatusCode.UNSET);
      assertThat(endReason(t.span("decode_forward"))).isEqualTo(reason.wireName());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ABORT, cancelled by the caller",
    "ABORT, the client went away",
    "ABORT, timeout passed: timeout=PT1S",
    "ABORT, the engine is shutting down",
    "ERROR, logits of layer 7 are not finite"
  })
  void failuresEndWhatIsOpenWithTheirReason(FinishReason reason, String error) {
    try (TraceHarness t = new TraceHarness(3)) {
      RequestTrace trace = t.open(TraceHarness.request().build());
      RequestTimes times = trace.choice(0);
      t.prefill(times);
      t.decode(times);
      times.start(Stage.DECODE_LOOP);
      times.start(Stage.SPEC_DRAFT);
      times.drafted("ngram", 2, 2, 2);
      times.end(Stage.SPEC_DRAFT);
      times.start(Stage.SPEC_VERIFY);
      TraceHarness.finish(trace, reason, error);
      t.assertWhole();
      for (String open :
          List.of("text_completion tiny", "decode_forward", "decode_loop", "spec_verify")) {
        SpanData span = t.spans(open).getLast();
        assertThat(span.getStatus().getStatusCode()).as(open).isEqualTo(StatusCode.ERROR);
        assertThat(span.getStatus().getDescription()).as(open).isEqualTo(error);
      }
      assertThat(endReason(t.spans("spec_verify").getLast())).isEqualTo(reason.wireName());
      assertThat(t.span("text_completion tiny").getAttributes().get(SpanKeys.ERROR_TYPE))
          .isEqualTo(reason.wireName());
      for (String done : List.of("prefill_waiting", "prefill_forward", "spec_draft")) {
        assertThat(t.spans(done).getLast().getStatus().getStatusCode())
            .as(done)
            .isEqualTo(StatusCode.UNSET);
      }
      SpanData unverified = t.spans("spec_verify").getLast();
      assertThat(TracingTest.attributes(unverified))
          .containsEntry("updraft.round", 3L)
          .containsEntry("accepted_tokens", 0L)
          .containsEntry("updraft.drafted_tokens", 2L);
    }
  }

  @Test
  void aRequestAbortedInTheQueueHasWaitedOnly() {
    try (TraceHarness t = new TraceHarness(3)) {
      RequestTrace trace = t.open(TraceHarness.request().choices(2).build());
      trace.fail(FinishReason.ABORT, "the engine is shutting down");
      t.assertWhole();
      assertThat(t.names())
          .containsExactlyInAnyOrder("text_completion tiny", "prefill_waiting", "prefill_waiting");
      assertThat(t.spans())
          .allSatisfy(
              span ->
                  assertThat(span.getStatus().getDescription())
                      .isEqualTo("the engine is shutting down"));
    }
  }

  @Test
  void aPreemptedSequenceWaitsAndResumes() {
    try (TraceHarness t = new TraceHarness(3)) {
      RequestTrace trace = t.open(TraceHarness.request().build());
      RequestTimes times = trace.choice(0);
      t.prefill(times);
      t.decode(times);
      times.start(Stage.DECODE_LOOP);
      times.preempted();
      t.prefill(times);
      t.decode(times);
      TraceHarness.finish(trace, FinishReason.STOP, null);
      t.assertWhole();
      assertThat(t.spans("prefill_waiting")).hasSize(2);
      assertThat(t.spans("prefill_forward")).hasSize(2);
      List<SpanData> decodes = t.spans("decode_forward");
      assertThat(decodes).hasSize(2);
      assertThat(endReason(decodes.getFirst())).isEqualTo("preempted");
      assertThat(endReason(decodes.getLast())).isEqualTo("stop");
      assertThat(t.spans())
          .extracting(span -> span.getStatus().getStatusCode())
          .containsOnly(StatusCode.UNSET);
      assertThat(t.spans("prefill_waiting").getLast().getStartEpochNanos())
          .isEqualTo(decodes.getFirst().getEndEpochNanos());
      assertThat(t.spans("spec_verify"))
          .extracting(span -> span.getAttributes().get(SpanKeys.ROUND))
          .containsExactly(1L, 2L, 3L, 4L);
      assertThat(t.spans("spec_verify").getLast().getParentSpanId())
          .isEqualTo(decodes.getLast().getSpanId());
      assertThat(t.span("text_completion tiny").getAttributes().get(SpanKeys.PREEMPTIONS))
          .isEqualTo(1L);
    }
  }

  @Test
  void endingAStageEndsWhatIsOpenBelowIt() {
    try (TraceHarness t = new TraceHarness(3)) {
      RequestTrace trace = t.open(TraceHarness.request().build());
      RequestTimes times = trace.choice(0);
      times.advance(Stage.PREFILL_WAITING, Stage.PREFILL_FORWARD);
      times.start(Stage.CHUNKED_PREFILL);
      times.advance(Stage.PREFILL_FORWARD, Stage.DECODE_FORWARD);
      times.start(Stage.DECODE_LOOP);
      times.start(Stage.SPEC_VERIFY);
      times.end(Stage.DECODE_FORWARD);
      assertThat(t.openSpans()).hasSize(1); // the request
      assertThat(t.span("chunked_prefill").getParentSpanId())
          .isEqualTo(t.span("prefill_forward").getSpanId());
      for (String child : List.of("decode_loop", "spec_verify")) {
        assertThat(t.span(child).getParentSpanId()).isEqualTo(t.span("decode_forward").getSpanId());
      }
      trace.fail(FinishReason.ABORT, "cancelled");
      t.assertWhole();
    }
  }

  @Test
  void onlyTheFirstEndingCounts() {
    try (TraceHarness t = new TraceHarness(3)) {
      RequestTrace trace = t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      int spans = t.spans().size();
      int reads = t.clock.reads;
      trace.choice(0).finish(FinishReason.ERROR, "late");
      trace.choice(0).preempted();
      trace.choice(0).start(Stage.SPEC_DRAFT);
      trace.choice(0).end(Stage.SPEC_DRAFT);
      trace.choice(0).advance(Stage.PREFILL_WAITING, Stage.DECODE_FORWARD);
      trace.fail(FinishReason.ERROR, "late");
      assertThat(t.spans()).hasSize(spans);
      assertThat(t.clock.reads).isEqualTo(reads);
    }
  }

  @Test
  void anEndWithoutAStartEmitsNothing() {
    try (TraceHarness t = new TraceHarness(3)) {
      RequestTrace trace = t.open(TraceHarness.request().build());
      trace.choice(0).end(Stage.SPEC_VERIFY);
      trace.choice(0).end(Stage.REQUEST);
      trace.choice(0).start(Stage.REQUEST);
      assertThat(t.spans()).isEmpty();
      trace.fail(FinishReason.ABORT, "cancelled");
      t.assertWhole();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void noOrderOfCallsLeavesASpanOpen(int level) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(level);
    Stage[] stages = Stage.values();
    for (int run = 0; run < 200; run++) {
      try (TraceHarness t = new TraceHarness(level)) {
        RequestTrace trace = t.open(TraceHarness.request().choices(2).build());
        StepTimes steps = t.tracing.steps();
        List<RequestTimes> batch = List.of(trace.choice(0), trace.choice(1));
        for (int call = 0; call < 40; call++) {
          Stage stage = stages[random.nextInt(stages.length)];
          RequestTimes times = batch.get(random.nextInt(2));
          switch (random.nextInt(12)) {
            case 0, 1, 2 -> times.start(stage);
            case 3, 4 -> times.end(stage);
            case 5 -> times.advance(stage, stages[random.nextInt(stages.length)]);
            case 6 -> t.tracing.startAll(batch, stage);
            case 7 -> t.tracing.endAll(batch, stage);
            case 8 -> times.drafted("ngram", random.nextInt(5), 5, 3);
            case 9 -> times.verified(random.nextInt(3), 5, 2);
            case 10 -> times.preempted();
            default -> {
              steps.start(batch);
              steps.end(batch, 3);
            }
          }
          if (random.nextInt(60) == 0) {
            times.finish(FinishReason.STOP, null);
          }
        }
        if (random.nextBoolean()) {
          TraceHarness.finish(trace, FinishReason.LENGTH, null);
        } else {
          trace.fail(FinishReason.ERROR, "random");
        }
        assertThat(t.openSpans()).isEmpty();
        assertThat(level > 0 || t.spans().isEmpty()).isTrue();
        List<String> ids = new ArrayList<>();
        t.spans().forEach(span -> ids.add(span.getSpanId()));
        assertThat(t.spans())
            .filteredOn(span -> span.getParentSpanContext().isValid())
            .allSatisfy(span -> assertThat(ids).contains(span.getParentSpanId()));
      }
    }
  }

  private static String endReason(SpanData span) {
    return String.valueOf(span.getAttributes().get(SpanKeys.END_REASON));
  }
}
