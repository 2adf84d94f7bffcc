package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static updraft.schedule.ServedEngine.VOCABULARY;
import static updraft.schedule.ServedEngine.prompt;
import static updraft.schedule.ServedEngine.request;
import static updraft.schedule.ServedEngine.setup;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.cache.PageTable;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationOptions;
import updraft.schedule.ServedEngine.Served;

/** Prefixes that are found again, pages that run out, answers that share a prompt. */
class SchedulerPagesTest {
  private static final SamplingOptions SAMPLED =
      SamplingOptions.builder().temperature(0.9f).seed(5).build();

  @Test
  void findsThePrefixOfAnEarlierPromptAndReportsIt() {
    try (ServedEngine engine = setup().open()) {
      int[] prompt = prompt(1, 70);
      Served cold = engine.serve(request(prompt).build());
      assertThat(cold.result().cachedTokens()).isZero();
      Served again = engine.serve(request(prompt).build());
      assertThat(again.result().cachedTokens()).isEqualTo(64); // four pages; the rest is computed
      assertThat(again.tokens()).isEqualTo(cold.tokens());
      int[] longer = Arrays.copyOf(prompt, 90); // the first 70 are the same
      Served other = engine.serve(request(longer).build());
      assertThat(other.result().cachedTokens()).isEqualTo(64);
      engine.assertExact(other);
      engine.assertNothingLeft();
    }
  }

  @Test
  void computesTheLastTokenOfAPromptThatIsKnownWhole() {
    try (ServedEngine engine = setup().open()) {
      int[] prompt = prompt(2, 64);
      engine.serve(request(prompt).build());
      Served again = engine.serve(request(prompt).build());
      assertThat(again.result().cachedTokens()).isEqualTo(48);
      engine.assertExact(again);
    }
  }

  @Test
  void findsAnEarlierAnswerInALaterPrompt() {
    try (ServedEngine engine = setup().open()) {
      Served first = engine.serve(request(prompt(3, 30)).maxTokens(60).build());
      int[] whole = Arrays.copyOf(prompt(3, 30), 95);
      for (int i = 0; i < 60; i++) {
        whole[30 + i] = first.tokens().get(i);
      }
      Served next = engine.serve(request(whole).build());
      assertThat(next.result().cachedTokens()).isEqualTo(80); // of 89 computed tokens
      engine.assertExact(next);
    }
  }

  @Test
  void keepsNoPrefixWhenToldNotTo() {
    try (ServedEngine engine = setup().prefixCache(false).open()) {
      engine.serve(request(prompt(1, 70)).build());
      Served again = engine.serve(request(prompt(1, 70)).build());
      assertThat(again.result().cachedTokens()).isZero();
      engine.assertExact(again);
      engine.assertNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void preemptsTheYoungestAndLaterGivesTheSameTokens(boolean prefixCache) {
    try (ServedEngine engine =
        setup().pages(8).prefixCache(prefixCache).traceLevel(3).open()) { // 128 tokens
      Served old = engine.submit(request(prompt(1, 40)).maxTokens(60).sampling(SAMPLED).build());
      Served young = engine.submit(request(prompt(2, 40)).maxTokens(60).sampling(SAMPLED).build());
      engine.run();
      engine.assertExact(old);
      engine.assertExact(young);
      assertThat(preemptions(engine, old)).isZero();
      assertThat(preemptions(engine, young)).isPositive();
      assertThat(old.events).hasSize(61);
      assertThat(young.events).as("nothing is told twice").hasSize(61);
      engine.assertNothingLeft();
    }
  }

  private static long preemptions(ServedEngine engine, Served served) {
    return engine.exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals("text_completion hash"))
        .flatMap(span -> span.getAttributes().asMap().entrySet().stream())
        .filter(entry -> entry.getKey().getKey().equals("updraft.preemptions"))
        .mapToLong(entry -> (Long) entry.getValue())
        .toArray()[engine.order(served)];
  }

  @Test
  void tinyPoolsUnderLoadGiveTheSameTokensAndLeakNothing() {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ScriptedDrafter drafter = new ScriptedDrafter(seed, 0.7, VOCABULARY);
      try (ServedEngine engine =
          setup()
              .pages(random.nextInt(9, 24))
              .prefillChunk(random.nextInt(1, 40))
              .prefixCache(seed % 3 != 0)
              .drafter(drafter)
              .open()) {
        List<Served> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
          int length = random.nextInt(1, 80);
          GenerateRequest request =
              request(prompt(random.nextInt(3), length))
                  .maxTokens(random.nextInt(1, 144 - length))
                  .choices(random.nextInt(1, 4))
                  .sampling(random.nextBoolean() ? SAMPLED : SamplingOptions.GREEDY)
                  .speculation(SpeculationOptions.NGRAM.withNodes(random.nextInt(1, 64)))
                  .build();
          engine.tell(drafter, request);
          all.add(engine.submit(request));
          engine.steps(random.nextInt(8));
        }
        engine.run();
        all.forEach(engine::assertExact);
        assertThat(drafter.open()).as("sessions left open").isZero();
        assertThat(drafter.opened())
            .as("one session a choice that goes on after its first token")
            .isEqualTo(longChoices(all));
        engine.assertNothingLeft();
      }
    }
  }

  private static int longChoices(List<Served> all) {
    return (int)
        all.stream()
            .flatMap(served -> served.generation.result().join().choices().stream())
            .filter(choice -> choice.tokens().size() > 1)
            .count();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void choicesComputeTheirPromptOnce(boolean prefixCache) {
    try (ServedEngine engine = setup().prefixCache(prefixCache).prefillChunk(512).open()) {
      Served served =
          engine.submit(
              request(prompt(4, 160))
                  .choices(8)
                  .sampling(SAMPLED)
                  .maxTokens(8)
                  .speculation(SpeculationOptions.OFF)
                  .build());
      engine.steps(2);
      assertThat(engine.backend.rowsPerForward())
          .as("the first computes the prompt, the others a page and the first decodes")
          .containsExactly(160, 7 * 16 + 1);
      // ten pages of prompt, of which the last is shared once the cache has seen it, and the first
      // answer's first
      assertThat(engine.scheduler.pagesUsed()).isEqualTo(prefixCache ? 10 + 1 : 9 + 8 + 1);
      engine.run();
      engine.assertExact(served);
      assertThat(served.result().cachedTokens()).isZero();
      engine.assertNothingLeft();
    }
  }

  @Test
  void choicesOutliveTheOneThatComputedTheirPrompt() {
    for (int steps = 1; steps < 12; steps++) {
      // a pool so small that siblings are let in one after another, when the first has gone
      try (ServedEngine engine =
          setup().pages(9).prefixCache(steps % 2 == 0).prefillChunk(30).open()) {
        Served served = engine.submit(request(prompt(6, 100)).choices(5).sampling(SAMPLED).build());
        engine.steps(steps);
        Served other = engine.submit(request(prompt(7, 50)).build());
        engine.run();
        engine.assertExact(served);
        engine.assertExact(other);
        engine.assertNothingLeft();
      }
    }
  }

  @Test
  void choicesTakeNothingFromASiblingThatIsComputedAgain() {
    for (int i = 0; i < 160; i++) { // the second ends while the sibling is anywhere
      int other = i / 4;
      try (ServedEngine engine =
          setup()
              .pages(8 + i % 4)
              .maxSequences(3)
              .prefillChunk(6)
              .prefixCache(false)
              .traceLevel(1)
              .open()) {
        Served old = engine.submit(plain(prompt(1, 50)).maxTokens(60).build());
        engine.steps(9);
        Served next = engine.submit(plain(prompt(3, 20)).maxTokens(50 + other).build());
        engine.steps(4);
        Served choices =
            engine.submit(plain(prompt(2, 40)).maxTokens(30).choices(3).sampling(SAMPLED).build());
        engine.run();
        assertThat(engine.spans("prefill_waiting")).as("waits").hasSizeGreaterThan(2 + 3);
        engine.assertExact(old);
        engine.assertExact(next);
        engine.assertExact(choices);
        engine.assertNothingLeft();
      }
    }
  }

  private static GenerateRequest.Builder plain(int[] prompt) {
    return request(prompt).speculation(SpeculationOptions.OFF);
  }

  @Test
  void aRejectedDraftGivesItsPagesBack() {
    ScriptedDrafter drafter = new ScriptedDrafter(1, 0, VOCABULARY);
    try (ServedEngine engine = setup().drafter(drafter).prefixCache(false).open()) {
      Served served =
          engine.submit(
              request(prompt(1, 20)).speculation(SpeculationOptions.NGRAM.withNodes(63)).build());
      while (!served.done()) {
        engine.steps(1);
        int computed = 20 + served.events.size() - 1;
        assertThat(engine.scheduler.pagesUsed()).isLessThanOrEqualTo(PageTable.pagesFor(computed));
      }
      assertThat(drafter.draftedNodes()).isGreaterThan(200);
      engine.assertExact(served);
    }
  }

  @Test
  void refusesWhatCanNeverFitWithTheNumbers() {
    try (ServedEngine engine = setup().pages(8).open()) {
      assertThatThrownBy(() -> engine.submit(request(prompt(1, 100)).maxTokens(29).build()))
          .isInstanceOf(InvalidRequestException.class)
          .hasMessage(
              "prompt and max_tokens together must fit the memory for keys and values:"
                  + " prompt_tokens=100, max_tokens=29, pages_needed=9, pages=8");
      assertThatThrownBy(() -> engine.submit(request(prompt(1, 2048)).build()))
          .hasMessage(
              "prompt must be shorter than the context: prompt_tokens=2048, context_length=2048");
      assertThatThrownBy(() -> engine.submit(request(prompt(1, 2000)).maxTokens(49).build()))
          .hasMessage(
              "prompt and max_tokens together must fit the context: prompt_tokens=2000,"
                  + " max_tokens=49, context_length=2048");
      assertThatThrownBy(() -> engine.submit(request(1, 40).build()))
          .hasMessage("prompt tokens must be in [0, 40): token=40");
      Served fits = engine.serve(request(prompt(1, 100)).maxTokens(28).build());
      engine.assertExact(fits);
      engine.assertNothingLeft();
    }
  }
}
