package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;

class TracingTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";

  @ParameterizedTest
  @CsvSource({
    "0, ''",
    "1, text_completion tiny;tokenize;prefill_waiting;prefill_forward;decode_forward",
    "2, text_completion tiny;tokenize;prefill_waiting;prefill_forward;decode_forward"
        + ";spec_draft;spec_verify;spec_draft;spec_verify",
    "3, text_completion tiny;tokenize;prefill_waiting;prefill_forward"
        + ";engine_step;chunked_prefill;engine_step;chunked_prefill;decode_forward"
        + ";engine_step;decode_loop;spec_draft;spec_verify;spec_draft_extend"
        + ";engine_step;decode_loop;spec_draft;spec_verify;spec_draft_extend",
  })
  void emitsTheStagesOfItsLevelInOrder(int level, String names) {
    try (TraceHarness t = new TraceHarness(level)) {
      t.serve(tokenized().build(), FinishReason.STOP, null);
      assertThat(String.join(";", t.names())).isEqualTo(names);
      t.assertWhole();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tokenize, text_completion tiny",
    "prefill_waiting, text_completion tiny",
    "prefill_forward, text_completion tiny",
    "decode_forward, text_completion tiny",
    "chunked_prefill, prefill_forward",
    "decode_loop, decode_forward",
    "spec_draft, decode_forward",
    "spec_verify, decode_forward",
    "spec_draft_extend, decode_forward",
  })
  void stagesHangBelowTheirParent(String name, String parent) {
    try (TraceHarness t = new TraceHarness(3)) {
      t.serve(tokenized().build(), FinishReason.STOP, null);
      assertThat(t.spans(name))
          .isNotEmpty()
          .allSatisfy(
              span -> {
                assertThat(span.getParentSpanId()).isEqualTo(t.span(parent).getSpanId());
                assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
                assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
              });
    }
  }

  @Test
  void stagesOfAPrefillAndItsDecodingTouch() {
    try (TraceHarness t = new TraceHarness(1)) {
      t.serve(tokenized().build(), FinishReason.LENGTH, null);
      SpanData request = t.span("text_completion tiny");
      assertThat(t.span("tokenize").getStartEpochNanos()).isEqualTo(request.getStartEpochNanos());
      assertThat(t.span("tokenize").getEndEpochNanos() - request.getStartEpochNanos())
          .isEqualTo(500_000);
      assertThat(t.span("prefill_waiting").getStartEpochNanos())
          .isEqualTo(t.span("tokenize").getEndEpochNanos());
      assertThat(t.span("prefill_forward").getStartEpochNanos())
          .isEqualTo(t.span("prefill_waiting").getEndEpochNanos());
      assertThat(t.span("decode_forward").getStartEpochNanos())
          .isEqualTo(t.span("prefill_forward").getEndEpochNanos());
      assertThat(request.getEndEpochNanos()).isEqualTo(t.span("decode_forward").getEndEpochNanos());
    }
  }

  @Test
  void roundsSayWhatWasDraftedAndAccepted() {
    try (TraceHarness t = new TraceHarness(2)) {
      t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      assertThat(attributes(t.spans("spec_draft").getFirst()))
          .isEqualTo(
              Map.of(
                  "updraft.choice", 0L,
                  "updraft.round", 1L,
                  "updraft.method", "ngram",
                  "updraft.drafted_tokens", 3L,
                  "updraft.nodes", 4L,
                  "updraft.depth", 2L));
      assertThat(attributes(t.spans("spec_verify").getFirst()))
          .isEqualTo(
              Map.of(
                  "updraft.choice", 0L,
                  "updraft.round", 1L,
                  "accepted_tokens", 2L,
                  "updraft.drafted_tokens", 3L,
                  "updraft.rows", 4L,
                  "updraft.batch_size", 1L));
      assertThat(attributes(t.spans("spec_draft").getLast())).containsEntry("updraft.round", 2L);
      assertThat(attributes(t.spans("spec_verify").getLast()))
          .containsEntry("updraft.round", 2L)
          .containsEntry("accepted_tokens", 0L);
    }
  }

  @Test
  void stagesSayHowManyTokensTheyTook() {
    try (TraceHarness t = new TraceHarness(3)) {
      t.serve(tokenized().build(), FinishReason.STOP, null);
      assertThat(attributes(t.span("tokenize"))).containsEntry("updraft.tokens", 5L);
      assertThat(attributes(t.span("prefill_forward")))
          .containsEntry("updraft.tokens", 4L)
          .containsEntry("updraft.cached_tokens", 1L);
      assertThat(attributes(t.span("chunked_prefill"))).containsEntry("updraft.tokens", 2L);
      assertThat(attributes(t.span("decode_forward"))).containsEntry("updraft.tokens", 5L);
      assertThat(t.spans("decode_loop"))
          .extracting(span -> attributes(span).get("updraft.tokens"))
          .containsExactly(3L, 1L);
      assertThat(t.spans("spec_draft_extend"))
          .extracting(span -> attributes(span).get("updraft.tokens"))
          .containsExactly(3L, 1L);
    }
  }

  @Test
  void theRequestSaysWhatWasAskedAndWhatCameOfIt() {
    try (TraceHarness t = new TraceHarness(1)) {
      GenerateRequest request =
          TraceHarness.request()
              .trace(TraceHarness.at(1))
              .maxTokens(40)
              .stop(List.of("END"))
              .sampling(
                  SamplingOptions.builder()
                      .temperature(0.5f)
                      .topP(0.25f)
                      .topK(40)
                      .seed(7)
                      .frequencyPenalty(1.5f)
                      .presencePenalty(-0.5f)
                      .build())
              .build();
      RequestTrace trace = t.serve(request, FinishReason.STOP, null);
      Map<String, Object> expected = new HashMap<>();
      expected.put("gen_ai.operation.name", "chat");
      expected.put("gen_ai.provider.name", "updraft");
      expected.put("gen_ai.request.model", "tiny");
      expected.put("gen_ai.request.temperature", 0.5);
      expected.put("gen_ai.request.top_p", 0.25);
      expected.put("gen_ai.request.top_k", 40.0);
      expected.put("gen_ai.request.max_tokens", 40L);
      expected.put("gen_ai.request.seed", 7L);
      expected.put("gen_ai.request.stop_sequences", List.of("END"));
      expected.put("gen_ai.request.frequency_penalty", 1.5);
      expected.put("gen_ai.request.presence_penalty", -0.5);
      expected.put("gen_ai.request.choice.count", 1L);
      expected.put("gen_ai.response.id", "request-1");
      expected.put("gen_ai.response.model", "tiny");
      expected.put("gen_ai.response.finish_reasons", List.of("stop"));
      expected.put("gen_ai.usage.input_tokens", 5L);
      expected.put("gen_ai.usage.output_tokens", 5L);
      expected.put("gen_ai.usage.cache_read.input_tokens", 1L);
      expected.put("updraft.preemptions", 0L);
      expected.put("updraft.speculation.method", "ngram");
      expected.put("updraft.speculation.rounds", 2L);
      expected.put("updraft.speculation.drafted_tokens", 6L);
      expected.put("updraft.speculation.accepted_tokens", 2L);
      expected.put("updraft.speculation.accept_length", 2.0);
      expected.put("updraft.speculation.accept_rate", 2.0 / 6);
      expected.put("updraft.speculation.draft_seconds", 0.002);
      expected.put("updraft.speculation.verify_seconds", 0.002);
      expected.put("updraft.speculation.wasted_tokens", 4L);
      expected.put("updraft.speculation.predicted_speedup", 1.5);
      assertThat(attributes(t.span("chat tiny"))).isEqualTo(expected);
      assertThat(trace.speculation(1.5).histogram()).containsExactly(1, 0, 1);
    }
  }

  @Test
  void choicesHaveStagesOfTheirOwn() {
    try (TraceHarness t = new TraceHarness(2)) {
      RequestTrace trace = t.open(TraceHarness.request().choices(2).build());
      t.prefill(trace.choice(0));
      trace.choice(1).advance(Stage.PREFILL_WAITING, Stage.DECODE_FORWARD);
      t.round(t.tracing.steps(), List.of(trace.choice(0), trace.choice(1)), 1);
      TraceHarness.finish(trace, FinishReason.LENGTH, null);
      t.assertWhole();
      assertThat(t.spans("decode_forward"))
          .extracting(span -> attributes(span).get("updraft.choice"))
          .containsExactlyInAnyOrder(0L, 1L);
      assertThat(t.spans("spec_verify"))
          .extracting(SpanData::getParentSpanId)
          .containsExactlyInAnyOrderElementsOf(
              t.spans("decode_forward").stream().map(SpanData::getSpanId).toList());
      assertThat(trace.speculation(1).drafted()).isEqualTo(6);
      assertThat(trace.speculation(1).rounds()).isEqualTo(2);
    }
  }

  @Test
  void aStepLinksToTheRoundsItServed() {
    try (TraceHarness t = new TraceHarness(3)) {
      List<RequestTimes> batch = new ArrayList<>();
      for (int i = 0; i < 130; i++) {
        RequestTimes times = t.open(TraceHarness.request().id("r" + i).build()).choice(0);
        times.advance(Stage.PREFILL_WAITING, Stage.DECODE_FORWARD);
        batch.add(times);
      }
      t.round(t.tracing.steps(), batch, 1);
      SpanData step = t.span("engine_step");
      assertThat(step.getParentSpanContext().isValid()).isFalse();
      assertThat(attributes(step))
          .isEqualTo(Map.of("updraft.rows", 520L, "updraft.sequences", 130L));
      assertThat(step.getLinks())
          .hasSize(128)
          .extracting(LinkData::getSpanContext)
          .extracting(context -> context.getSpanId())
          .isSubsetOf(t.spans("spec_verify").stream().map(SpanData::getSpanId).toList());
    }
  }

  @Test
  void plainDecodingHasNoRounds() {
    try (TraceHarness t = new TraceHarness(2)) {
      GenerateRequest request = TraceHarness.request().speculation(SpeculationOptions.OFF).build();
      RequestTrace trace = t.open(request);
      t.prefill(trace.choice(0));
      trace.choice(0).start(Stage.SPEC_VERIFY);
      trace.choice(0).verified(0, 1, 1);
      trace.choice(0).end(Stage.SPEC_VERIFY);
      TraceHarness.finish(trace, FinishReason.LENGTH, null);
      assertThat(t.names()).doesNotContain("spec_draft", "spec_verify");
      assertThat(trace.speculation(1).rounds()).isEqualTo(1);
      assertThat(trace.speculation(1).method()).isEqualTo("off");
      assertThat(trace.speculation(1).verifyNanos()).isEqualTo(TraceHarness.TICK);
    }
  }

  @Test
  void aChangeOfLevelAffectsNewRequestsOnly() {
    try (TraceHarness t = new TraceHarness(1)) {
      RequestTrace before = t.open(TraceHarness.request().build());
      t.tracing.level(2);
      RequestTrace after = t.open(TraceHarness.request().build());
      String id = after.traceId();
      for (RequestTrace trace : List.of(before, after)) {
        t.prefill(trace.choice(0));
        t.decode(trace.choice(0));
        TraceHarness.finish(trace, FinishReason.STOP, null);
      }
      assertThat(t.spans("spec_verify"))
          .hasSize(2)
          .allSatisfy(span -> assertThat(span.getTraceId()).isEqualTo(id));
      t.assertWhole();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 2, 2", "2, 0, 0", "3, 1, 0"})
  void aRequestsOwnLevelComesFirst(int engine, int request, int rounds) {
    try (TraceHarness t = new TraceHarness(engine)) {
      t.serve(
          TraceHarness.request().trace(TraceHarness.at(request)).build(), FinishReason.STOP, null);
      assertThat(t.spans("spec_verify")).hasSize(rounds);
      assertThat(t.spans().isEmpty()).isEqualTo(request == 0);
    }
  }

  @Test
  void refusesALevelThatDoesNotExist() {
    assertThatThrownBy(() -> Tracing.off().level(4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("trace_level must be in [0, 3]: trace_level=4");
  }

  @Test
  void belongsToTheTraceOfItsCaller() {
    try (TraceHarness t = new TraceHarness(2)) {
      t.serve(
          headers(Map.of("Traceparent", "00-" + TRACE + "-" + CALLER + "-01", "tracestate", "a=b")),
          FinishReason.STOP,
          null);
      assertThat(t.spans()).extracting(SpanData::getTraceId).containsOnly(TRACE);
      SpanData request = t.span("text_completion tiny");
      assertThat(request.getParentSpanId()).isEqualTo(CALLER);
      assertThat(request.getParentSpanContext().isRemote()).isTrue();
      assertThat(request.getSpanContext().getTraceState().get("a")).isEqualTo("b");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c8031é9-b7ad6b7169203331-01"
      })
  void malformedHeadersStartATraceOfTheirOwn(String traceparent) {
    try (TraceHarness t = new TraceHarness(1)) {
      t.serve(headers(Map.of("traceparent", traceparent)), FinishReason.STOP, null);
      SpanData request = t.span("text_completion tiny");
      assertThat(request.getParentSpanContext().isValid()).isFalse();
      assertThat(request.getTraceId()).isNotEqualTo(TRACE);
      t.assertWhole();
    }
  }

  @Test
  void hangsBelowASpanOfThisProcess() {
    try (TraceHarness t = new TraceHarness(1)) {
      Span server = t.tracer().spanBuilder("POST /v1/completions").startSpan();
      GenerateRequest ignored =
          headers(Map.of("traceparent", "00-" + TRACE + "-" + CALLER + "-01"));
      RequestTrace given = t.tracing.open(ignored, TraceHarness.MODEL, Context.root().with(server));
      RequestTrace current;
      try (Scope scope = server.makeCurrent()) {
        current = t.open(TraceHarness.request().build());
      }
      given.fail(FinishReason.ABORT, "cancelled");
      current.fail(FinishReason.ABORT, "cancelled");
      assertThat(t.spans("text_completion tiny"))
          .hasSize(2)
          .extracting(SpanData::getParentSpanId)
          .containsOnly(server.getSpanContext().getSpanId());
    }
  }

  @Test
  void obeysTheSampler() {
    try (TraceHarness t = new TraceHarness(3, b -> b.setSampler(Sampler.alwaysOff()))) {
      RequestTrace trace = t.serve(tokenized().build(), FinishReason.STOP, null);
      assertThat(t.spans()).isEmpty();
      assertThat(trace.traceId()).isEmpty();
      assertThat(trace.speculation(1).accepted()).isEqualTo(2);
    }
    try (TraceHarness t =
        new TraceHarness(3, b -> b.setSampler(Sampler.parentBased(Sampler.alwaysOn())))) {
      t.serve(
          headers(Map.of("traceparent", "00-" + TRACE + "-" + CALLER + "-00")),
          FinishReason.STOP,
          null);
      assertThat(t.spans()).isEmpty();
    }
  }

  @Test
  void worksWithoutAnSdk() {
    TraceHarness t = new TraceHarness(OpenTelemetry.noop(), 3);
    RequestTrace trace = t.serve(tokenized().build(), FinishReason.STOP, null);
    assertThat(trace.speculation(1).draftNanos()).isEqualTo(2 * TraceHarness.TICK);
    assertThat(trace.traceId()).isEmpty();
  }

  @Test
  void timingsComeFromTheSameStampsAsSpans() {
    try (TraceHarness t = new TraceHarness(1)) {
      RequestTrace trace = t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      assertThat(trace.timings().queuedNanos()).isEqualTo(duration(t.span("prefill_waiting")));
      assertThat(trace.timings().prefillNanos()).isEqualTo(duration(t.span("prefill_forward")));
      assertThat(trace.timings().decodeNanos()).isEqualTo(duration(t.span("decode_forward")));
      assertThat(trace.timings().firstTokenNanos())
          .isEqualTo(trace.timings().queuedNanos() + trace.timings().prefillNanos());
    }
  }

  @Test
  void anAnswerOfOneTokenHasATimeToFirstToken() {
    TraceHarness t = new TraceHarness(OpenTelemetry.noop(), 0);
    RequestTrace trace = t.open(TraceHarness.request().maxTokens(1).build());
    trace.choice(0).advance(Stage.PREFILL_WAITING, Stage.PREFILL_FORWARD);
    trace.choice(0).generated(1);
    trace.choice(0).finish(FinishReason.LENGTH, null);
    assertThat(trace.timings().firstTokenNanos()).isEqualTo(2 * TraceHarness.TICK);
    assertThat(trace.timings().decodeNanos()).isZero();
  }

  private static long duration(SpanData span) {
    return span.getEndEpochNanos() - span.getStartEpochNanos();
  }

  private static GenerateRequest headers(Map<String, String> headers) {
    return TraceHarness.request().trace(new TraceRequest(null, headers, "text_completion")).build();
  }

  private static GenerateRequest.Builder tokenized() {
    return TraceHarness.request().trace(TraceRequest.NONE.withTokenizeNanos(500_000));
  }

  static Map<String, Object> attributes(SpanData span) {
    Map<String, Object> attributes = new HashMap<>();
    for (Map.Entry<AttributeKey<?>, Object> entry : span.getAttributes().asMap().entrySet()) {
      if (!entry.getKey().getKey().equals("updraft.end_reason")) {
        attributes.put(entry.getKey().getKey(), entry.getValue());
      }
    }
    return attributes;
  }
}
