package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static updraft.schedule.ServedEngine.VOCABULARY;
import static updraft.schedule.ServedEngine.prompt;
import static updraft.schedule.ServedEngine.request;
import static updraft.schedule.ServedEngine.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.SamplingOptions;
import updraft.request.TokenEvent;
import updraft.schedule.ScriptedDrafter.Verb;
import updraft.schedule.ServedEngine.Served;

/** What goes wrong in one request goes wrong for it alone, and the engine goes on. */
class SchedulerFaultsTest {
  /** In no prompt and no answer of {@link #healthy} requests. */
  private static final int BAD = ServedEngine.EOS - 1;

  private static final int[] POISONED = {BAD, 4, 5};

  private static final SamplingOptions HEALTHY =
      SamplingOptions.builder().logitBias(Map.of(BAD, -100f)).build();

  private static GenerateRequest.Builder healthy(int seed, int length) {
    return request(prompt(seed, length)).sampling(HEALTHY);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 9, 41})
  void aListenerThatThrowsFailsItsRequestAlone(int eventNumber) {
    try (ServedEngine engine = setup().traceLevel(3).open()) {
      List<TokenEvent> heard = new ArrayList<>();
      Served bad =
          engine.submit(
              request(prompt(1, 20)).build(),
              event -> {
                heard.add(event);
                if (heard.size() >= eventNumber) {
                  throw new IllegalStateException("boom");
                }
              });
      assertAloneFails(engine, bad, "the listener failed: java.lang.IllegalStateException: boom");
      assertThat(bad.tokens()).hasSize(Math.min(40, eventNumber));
      assertThat(heard.getLast()).isInstanceOf(TokenEvent.Finished.class);
    }
  }

  @Test
  void anErrorThrownByAListenerIsNoWorse() {
    try (ServedEngine engine = setup().traceLevel(3).open()) {
      Served bad =
          engine.submit(
              request(prompt(1, 20)).build(),
              event -> {
                throw new AssertionError("boom");
              });
      assertAloneFails(engine, bad, "the listener failed: java.lang.AssertionError: boom");
    }
  }

  @Test
  void aListenerThatThrowsAtTheEndOfAQueuedRequestHurtsNobody() {
    try (ServedEngine engine = setup().maxSequences(1).open()) {
      Served running = engine.submit(request(prompt(1, 10)).build());
      engine.steps(1);
      Served bad =
          engine.submit(
              request(prompt(2, 10)).choices(3).build(),
              event -> {
                throw new AssertionError("boom");
              });
      Served other = engine.submit(request(prompt(3, 10)).build());
      bad.generation.cancel();
      other.generation.cancel();
      engine.run();
      assertThat(bad.reason()).isEqualTo(FinishReason.ABORT);
      assertThat(other.reason()).isEqualTo(FinishReason.ABORT);
      engine.assertExact(running);
      engine.assertNothingLeft();
    }
  }

  @Test
  void aFaultyRowOfAPromptFailsItsRequestAlone() {
    try (ServedEngine engine = setup().traceLevel(3).prefillChunk(16).open()) {
      engine.backend.failOn(BAD);
      Served bad = engine.submit(request(POISONED).build());
      assertAloneFails(engine, bad, "NaN in layer 1");
      assertThat(bad.tokens()).isEmpty();
    }
  }

  @Test
  void nanLogitsFailTheirRequestAlone() {
    try (ServedEngine engine = setup().traceLevel(3).open()) {
      engine.backend.nanAfter(BAD);
      Served bad = engine.submit(request(4, 5, BAD).build());
      assertAloneFails(
          engine,
          bad,
          "logits must be finite or -Infinity: logits[0]=NaN for the token at position=3");
    }
  }

  @Test
  void aFaultInADraftedRowThatIsNotTakenFailsNobody() {
    ScriptedDrafter drafter = new ScriptedDrafter(5, 0.6, VOCABULARY);
    try (ServedEngine engine = setup().drafter(drafter).open()) {
      GenerateRequest request = healthy(1, 20).maxTokens(80).build();
      engine.tell(drafter, request);
      engine.backend.failOn(BAD);
      engine.assertExact(engine.serve(request));
    }
  }

  @Test
  void aPageThatAFaultWroteIsNotFoundAsAPrefix() {
    try (ServedEngine engine = setup().prefillChunk(16).open()) {
      int[] prompt = prompt(1, 60);
      prompt[40] = BAD;
      engine.backend.failOn(BAD);
      Served bad = engine.serve(request(prompt).sampling(HEALTHY).build());
      assertThat(bad.choice().error()).isEqualTo("NaN in layer 1");
      engine.backend.failOn(-1);
      Served good = engine.serve(request(prompt).build());
      assertThat(good.result().cachedTokens()).isEqualTo(32);
      engine.assertExact(good);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"OPEN", "DRAFT", "EXTEND"})
  void aDrafterThatThrowsFailsTheRequestToBlameAlone(Verb verb) {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0.7, VOCABULARY);
    try (ServedEngine engine = setup().traceLevel(3).drafter(drafter).open()) {
      drafter.failOn(verb, BAD);
      Served bad = engine.submit(request(POISONED).build());
      assertAloneFails(engine, bad, "drafter failed on purpose: verb=" + verb);
      assertThat(drafter.open()).as("sessions left open").isZero();
    }
  }

  @Test
  void aDrafterThatFailsToForgetHurtsNobody() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0.7, VOCABULARY);
    try (ServedEngine engine = setup().drafter(drafter).open()) {
      drafter.failOn(Verb.CLOSE, BAD);
      Served served = engine.serve(request(POISONED).build());
      engine.assertExact(served);
      engine.assertNothingLeft();
    }
  }

  /** Serves neighbours beside it, before, with and after. */
  private static void assertAloneFails(ServedEngine engine, Served bad, String error) {
    Served neighbour = engine.submit(healthy(2, 25).build());
    Served choices = engine.submit(healthy(3, 35).choices(3).build());
    engine.run();
    assertThat(bad.reason()).isEqualTo(FinishReason.ERROR);
    assertThat(bad.choice().error()).isEqualTo(error);
    engine.assertExact(neighbour);
    engine.assertExact(choices);
    engine.assertExact(engine.serve(healthy(4, 15).build()));
    engine.assertNothingLeft();
    engine.assertSpansWhole();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7})
  void aForwardThatThrowsFailsThoseInItAndTheEngineGoesOn(int forwards) {
    try (ServedEngine engine = setup().maxSequences(2).traceLevel(3).open()) {
      engine.backend.throwAfter(forwards);
      Served first = engine.submit(request(prompt(1, 20)).build());
      Served second = engine.submit(request(prompt(2, 20)).choices(2).build());
      Served waiting = engine.submit(request(prompt(3, 20)).build());
      engine.run();
      assertThat(first.reason()).isEqualTo(FinishReason.ERROR);
      assertThat(first.choice().error()).isEqualTo("forward failed on purpose");
      assertThat(first.tokens().size()).isGreaterThanOrEqualTo(Math.min(1, forwards));
      engine.assertExact(waiting);
      assertThat(second.done()).isTrue();
      engine.assertNothingLeft();
      engine.assertSpansWhole();
    }
  }

  @Test
  @Timeout(60)
  void theEngineThreadOutlivesFaults() {
    try (ServedEngine engine = setup().open()) {
      engine.backend.throwAfter(3);
      engine.scheduler.start();
      Generation failed = engine.scheduler.submit(request(prompt(1, 20)).build());
      assertThat(failed.result().join().choices().getFirst().error())
          .isEqualTo("forward failed on purpose");
      GenerateRequest request = request(prompt(2, 20)).build();
      Generation next = engine.scheduler.submit(request);
      assertThat(next.result().join().choices().getFirst().tokens())
          .isEqualTo(engine.naive(request, 0));
      engine.scheduler.close();
    }
  }
}
