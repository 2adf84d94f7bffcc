package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static updraft.schedule.ServedEngine.VOCABULARY;
import static updraft.schedule.ServedEngine.prompt;
import static updraft.schedule.ServedEngine.request;
import static updraft.schedule.ServedEngine.setup;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;
import updraft.request.TokenEvent;
import updraft.request.TokenOrigin;
import updraft.schedule.ServedEngine.Served;
import updraft.speculate.NgramDrafter;

/** The spans that the engine emits on each way through it and out of it. */
class SchedulerSpansTest {
  private static final String REQUEST = "text_completion hash";

  private static final SamplingOptions SAMPLED =
      SamplingOptions.builder().temperature(0.9f).seed(5).build();

  @Test
  void aServedRequestHasAllItsStages() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0.8, VOCABULARY);
    try (ServedEngine engine = setup().traceLevel(3).prefillChunk(16).drafter(drafter).open()) {
      GenerateRequest request = request(prompt(1, 40)).build();
      engine.tell(drafter, request);
      Served served = engine.serve(request);
      int rounds = served.result().speculation().rounds();
      assertThat(names(engine))
          .containsEntry(REQUEST, 1L)
          .containsEntry("prefill_waiting", 1L)
          .containsEntry("prefill_forward", 1L)
          .containsEntry("decode_forward", 1L)
          .containsEntry("chunked_prefill", 3L)
          .containsEntry("spec_verify", (long) rounds)
          .containsEntry("decode_loop", (long) rounds)
          .containsEntry("engine_step", rounds + 3L);
      assertThat(engine.spans("spec_draft")).isNotEmpty();
      assertParents(engine);
      assertAccounts(engine, served);
      SpanData root = engine.spans(REQUEST).getFirst();
      assertThat(root.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
      assertThat(number(root, "gen_ai.usage.input_tokens")).isEqualTo(40);
      assertThat(number(root, "gen_ai.usage.output_tokens")).isEqualTo(40);
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  @Test
  void roundsTellWhatTheDeviceDid() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0.8, VOCABULARY);
    try (ServedEngine engine = setup().traceLevel(2).drafter(drafter).open()) {
      engine.backend.actAsDevice();
      GenerateRequest request = request(prompt(1, 40)).build();
      engine.tell(drafter, request);
      engine.assertExact(engine.serve(request));
      assertThat(engine.spans("spec_verify"))
          .isNotEmpty()
          .allSatisfy(
              span -> {
                assertThat(number(span, "updraft.device.launches")).isEqualTo(7);
                assertThat(number(span, "updraft.device.launch_us")).isEqualTo(1);
                assertThat(number(span, "updraft.device.transfer_us")).isZero();
                assertThat(number(span, "updraft.device.bytes_back"))
                    .isEqualTo(4 * number(span, "updraft.rows"));
              });
      assertThat(engine.spans("spec_draft"))
          .isNotEmpty()
          .allSatisfy(
              span -> {
                assertThat(number(span, "updraft.device.launches")).isZero();
                assertThat(number(span, "updraft.device.host_us")).isNotNegative();
              });
    }
  }

  @Test
  void theNgramDrafterNamesItself() {
    try (ServedEngine engine = setup().traceLevel(2).drafter(new NgramDrafter()).open()) {
      Served served = engine.serve(request(prompt(1, 40)).maxTokens(200).build());
      List<SpanData> drafts = engine.spans("spec_draft");
      assertThat(drafts).isNotEmpty();
      assertThat(drafts)
          .allMatch(
              span ->
                  "ngram"
                      .equals(span.getAttributes().get(AttributeKey.stringKey("updraft.method"))));
      assertThat(engine.spans("spec_verify")).anyMatch(span -> number(span, "accepted_tokens") > 0);
      assertAccounts(engine, served);
      engine.assertSpansWhole();
    }
  }

  @Test
  void theDrafterCatchesUpWithEveryDecodedToken() {
    try (ServedEngine engine = setup().traceLevel(3).drafter(new NgramDrafter()).open()) {
      Served served = engine.serve(request(prompt(1, 40)).maxTokens(200).build());
      assertThat(engine.spans("spec_draft_extend"))
          .hasSize(served.result().speculation().rounds())
          .allMatch(span -> number(span, "updraft.tokens") >= 1);
      assertThat(
              engine.spans("spec_draft_extend").stream()
                  .mapToLong(span -> number(span, "updraft.tokens"))
                  .sum())
          .isEqualTo(199);
    }
  }

  /** A draft never reaches the most tokens, so it takes a stop string to end on one. */
  @Test
  void anAnswerThatEndsOnAnAcceptedTokenCountsItAsTheBonus() {
    List<TokenEvent.Token> whole = stopped(List.of());
    int endedOnAccepted = 0;
    for (TokenEvent.Token accepted : whole) {
      if (accepted.origin() != TokenOrigin.TARGET) {
        endedOnAccepted +=
            stopped(List.of(accepted.text())).getLast().origin() == TokenOrigin.TARGET ? 0 : 1;
      }
    }
    assertThat(endedOnAccepted).isPositive();
  }

  /** Tokens of an answer that a scripted drafter helps with, whose accounts are right. */
  private static List<TokenEvent.Token> stopped(List<String> stops) {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 1, VOCABULARY);
    try (ServedEngine engine = setup().traceLevel(2).drafter(drafter).open()) {
      GenerateRequest request = request(prompt(1, 40)).maxTokens(12).stop(stops).build();
      engine.tell(drafter, request);
      Served served = engine.serve(request);
      var stats = served.result().speculation();
      assertThat(stats.accepted() + stats.rounds())
          .isEqualTo(served.result().completionTokens() - 1);
      return served.events.stream()
          .filter(TokenEvent.Token.class::isInstance)
          .map(TokenEvent.Token.class::cast)
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 4", "2, 6", "3, 9"})
  void theLevelSaysWhichKindsOfSpans(int level, int kinds) {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0.8, VOCABULARY);
    try (ServedEngine engine = setup().traceLevel(level).drafter(drafter).open()) {
      engine.serve(request(prompt(1, 40)).build());
      engine.scheduler.step();
      Map<String, Long> names = names(engine);
      names.remove("spec_draft_extend");
      assertThat(names).hasSize(kinds);
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  @Test
  void aRequestWithoutSpeculationHasNoSpansOfIt() {
    try (ServedEngine engine = setup().traceLevel(3).open()) {
      engine.serve(request(prompt(1, 40)).speculation(SpeculationOptions.OFF).build());
      assertThat(names(engine).keySet())
          .containsExactlyInAnyOrder(
              REQUEST,
              "prefill_waiting",
              "prefill_forward",
              "chunked_prefill",
              "decode_forward",
              "decode_loop",
              "engine_step");
      engine.assertSpansWhole();
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "2", "6"})
  void anAbortEndsAllStagesWithItsReason(int steps) {
    try (ServedEngine engine = setup().traceLevel(3).prefillChunk(16).open()) {
      Served served = engine.submit(request(prompt(1, 40)).choices(2).build());
      engine.steps(steps);
      served.generation.cancel();
      engine.run();
      assertFailed(engine, "cancelled by the caller", "abort");
    }
  }

  @Test
  void aDeadlineEndsAllStages() {
    try (ServedEngine engine = setup().traceLevel(3).open()) {
      engine.submit(request(prompt(1, 40)).timeout(Duration.ofSeconds(1)).build());
      engine.steps(4);
      engine.clock.advance(Duration.ofSeconds(2));
      engine.run();
      assertFailed(engine, "timeout passed: timeout=PT1S", "abort");
    }
  }

  @Test
  void anErrorEndsAllStages() {
    try (ServedEngine engine = setup().traceLevel(3).open()) {
      engine.submit(request(prompt(1, 40)).build());
      engine.backend.throwAfter(3);
      engine.run();
      assertFailed(engine, "forward failed on purpose", "error");
    }
  }

  @Test
  void shutdownEndsAllStagesOfThoseRunningAndQueued() {
    try (ServedEngine engine = setup().traceLevel(3).maxSequences(1).open()) {
      engine.submit(request(prompt(1, 40)).build());
      engine.submit(request(prompt(2, 40)).build());
      engine.steps(4);
      engine.scheduler.close();
      engine.run();
      assertThat(engine.spans(REQUEST)).hasSize(2);
      assertFailed(engine, "the engine was shut down", "abort");
    }
  }

  private static void assertFailed(ServedEngine engine, String error, String reason) {
    for (SpanData root : engine.spans(REQUEST)) {
      assertThat(root.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
      assertThat(root.getStatus().getDescription()).isEqualTo(error);
      assertThat(root.getAttributes().get(AttributeKey.stringKey("error.type"))).isEqualTo(reason);
    }
    assertThat(engine.spans(REQUEST)).isNotEmpty();
    engine.assertNothingLeft();
    engine.assertSpansWhole();
  }

  @Test
  void preemptionEndsTheStagesAndWaitsAgain() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0.5, VOCABULARY);
    try (ServedEngine engine = setup().pages(8).traceLevel(3).drafter(drafter).open()) {
      Served old = engine.submit(request(prompt(1, 40)).maxTokens(60).build());
      Served young = engine.submit(request(prompt(2, 40)).maxTokens(60).build());
      engine.run();
      AttributeKey<String> end = AttributeKey.stringKey("updraft.end_reason");
      List<SpanData> preempted =
          engine.exporter.getFinishedSpanItems().stream()
              .filter(span -> "preempted".equals(span.getAttributes().get(end)))
              .toList();
      assertThat(preempted).extracting(SpanData::getName).contains("decode_forward");
      assertThat(engine.spans("prefill_waiting")).hasSizeGreaterThan(2);
      assertAccounts(engine, old, young);
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  /**
   * Of each served request: accepted tokens and rounds add up to the tokens after the first, in
   * spans as in the result's statistics.
   */
  private static void assertAccounts(ServedEngine engine, Served... all) {
    long inSpans =
        engine.spans("spec_verify").stream()
            .mapToLong(span -> number(span, "accepted_tokens") + 1)
            .sum();
    long decoded = 0;
    for (Served served : all) {
      engine.assertExact(served);
      var stats = served.result().speculation();
      int after = served.result().completionTokens() - served.result().choices().size();
      assertThat(stats.accepted() + stats.rounds()).isEqualTo(after);
      decoded += after;
      assertThat(stats.drafted()).isGreaterThanOrEqualTo(stats.accepted());
    }
    assertThat(inSpans).isEqualTo(decoded);
    assertThat(
            engine.spans("spec_verify").stream()
                .allMatch(
                    span ->
                        number(span, "updraft.rows") == number(span, "updraft.drafted_tokens") + 1))
        .as("rows are the root and the draft")
        .isTrue();
  }

  @Test
  void accountsAddUpForAllWaysToEnd() {
    ScriptedDrafter drafter = new ScriptedDrafter(9, 0.8, VOCABULARY);
    try (ServedEngine engine = setup().pages(20).traceLevel(3).drafter(drafter).open()) {
      Served[] all = new Served[6];
      for (int i = 0; i < all.length; i++) {
        GenerateRequest request =
            request(prompt(i, 20 + 9 * i))
                .maxTokens(100)
                .ignoreEos(false)
                .choices(1 + i % 2)
                .sampling(SAMPLED)
                .build();
        engine.tell(drafter, request);
        all[i] = engine.submit(request);
      }
      engine.run();
      assertAccounts(engine, all);
      assertThat(all).anyMatch(served -> served.reason() == FinishReason.STOP);
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  private static void assertParents(ServedEngine engine) {
    Map<String, String> nameById =
        engine.exporter.getFinishedSpanItems().stream()
            .collect(Collectors.toMap(SpanData::getSpanId, SpanData::getName));
    Map<String, String> parents =
        Map.of(
            "prefill_waiting", REQUEST,
            "prefill_forward", REQUEST,
            "decode_forward", REQUEST,
            "chunked_prefill", "prefill_forward",
            "spec_draft", "decode_forward",
            "spec_verify", "decode_forward",
            "spec_draft_extend", "decode_forward",
            "decode_loop", "decode_forward");
    for (SpanData span : engine.exporter.getFinishedSpanItems()) {
      assertThat(nameById.get(span.getParentSpanId()))
          .as("parent of " + span.getName())
          .isEqualTo(parents.get(span.getName()));
    }
  }

  private static Map<String, Long> names(ServedEngine engine) {
    return engine.exporter.getFinishedSpanItems().stream()
        .collect(Collectors.groupingBy(SpanData::getName, Collectors.counting()));
  }

  private static long number(SpanData span, String key) {
    Long value = span.getAttributes().get(AttributeKey.longKey(key));
    return value == null ? -1 : value;
  }
}
