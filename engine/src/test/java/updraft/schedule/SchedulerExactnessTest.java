package updraft.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static updraft.schedule.ServedEngine.VOCABULARY;
import static updraft.schedule.ServedEngine.prompt;
import static updraft.schedule.ServedEngine.request;
import static updraft.schedule.ServedEngine.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.schedule.ServedEngine.Served;
import updraft.speculate.NgramDrafter;

/** Whatever the scheduler does, the tokens are those of a loop of one token after another. */
class SchedulerExactnessTest {

  /** Three ways to choose tokens. */
  enum Sampling {
    GREEDY(SamplingOptions.GREEDY),
    SAMPLED(SamplingOptions.builder().temperature(0.9f).seed(3).build()),
    NUCLEUS(SamplingOptions.builder().temperature(0.8f).topP(0.9f).seed(7).build()),
    PENALTIES(
        SamplingOptions.builder()
            .temperature(1.2f)
            .repetitionPenalty(1.2f)
            .frequencyPenalty(0.4f)
            .presencePenalty(-0.3f)
            .logitBias(Map.of(3, 2f, 9, -1.5f))
            .seed(11)
            .build());

    final SamplingOptions options;

    Sampling(SamplingOptions options) {
      this.options = options;
    }
  }

  @ParameterizedTest
  @EnumSource
  void plainDecodingIsTheNaiveLoop(Sampling sampling) {
    try (ServedEngine engine = setup().open()) {
      Served served =
          engine.serve(
              request(prompt(1, 21))
                  .sampling(sampling.options)
                  .speculation(SpeculationOptions.OFF)
                  .build());
      engine.assertExact(served);
      assertThat(served.reason()).isEqualTo(FinishReason.LENGTH);
      assertThat(served.result().speculation().rounds()).isEqualTo(39); // one token is prefill's
      engine.assertNothingLeft();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GREEDY, 0",
    "GREEDY, 0.5",
    "GREEDY, 1",
    "SAMPLED, 0.8",
    "NUCLEUS, 0.7",
    "NUCLEUS, 1",
    "PENALTIES, 0.9"
  })
  void anyTreeGivesTheSameTokens(Sampling sampling, double hitRate) {
    for (int seed = 0; seed < 12; seed++) {
      ScriptedDrafter drafter = new ScriptedDrafter(seed, hitRate, VOCABULARY);
      try (ServedEngine engine = setup().drafter(drafter).open()) {
        actAsDevice(engine, seed % 2 == 1);
        int nodes = seed % 3 == 0 ? 63 : 1 + seed;
        GenerateRequest request =
            request(prompt(seed, 5 + 7 * seed))
                .maxTokens(90)
                .sampling(sampling.options)
                .speculation(SpeculationOptions.NGRAM.withNodes(nodes))
                .build();
        engine.tell(drafter, request);
        Served served = engine.serve(request);
        engine.assertExact(served);
        assertThat(drafter.draftedNodes()).isPositive();
        if (hitRate == 1 && nodes > 3) {
          assertThat(served.result().speculation().acceptLength()).isGreaterThan(1.5);
        }
        assertThat(drafter.open()).as("sessions left open").isZero();
        engine.assertNothingLeft();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"NGRAM", "AUTO"})
  void theNgramDrafterGivesTheSameTokens(SpeculationMethod method) {
    try (ServedEngine engine = setup().drafter(new NgramDrafter()).open()) {
      for (Sampling sampling : Sampling.values()) {
        actAsDevice(engine, sampling.ordinal() > 0);
        for (int seed = 0; seed < 5; seed++) {
          Served served =
              engine.serve(
                  request(prompt(seed, 30))
                      .maxTokens(150)
                      .sampling(sampling.options)
                      .speculation(SpeculationOptions.of(method))
                      .build());
          engine.assertExact(served);
          if (sampling == Sampling.GREEDY) {
            assertThat(served.result().speculation().drafted()).isPositive();
          }
        }
      }
      engine.assertNothingLeft();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 33, 512})
  void prefillChunksDoNotMatter(int chunk) {
    ScriptedDrafter drafter = new ScriptedDrafter(chunk, 0.8, VOCABULARY);
    try (ServedEngine engine = setup().prefillChunk(chunk).drafter(drafter).open()) {
      for (int length : new int[] {1, 15, 16, 17, 32, 100}) {
        GenerateRequest request = request(prompt(length, length)).build();
        engine.tell(drafter, request);
        engine.assertExact(engine.serve(request));
      }
      engine.assertNothingLeft();
    }
  }

  @Test
  void neighboursDoNotMatter() {
    for (int seed = 0; seed < 6; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ScriptedDrafter drafter = new ScriptedDrafter(seed, 0.7, VOCABULARY);
      try (ServedEngine engine = setup().prefillChunk(24).maxSequences(8).drafter(drafter).open()) {
        List<Served> all = new ArrayList<>();
        for (int i = 0; i < 14; i++) {
          GenerateRequest request =
              request(prompt(random.nextInt(4), random.nextInt(1, 80))) // some share prefixes
                  .maxTokens(random.nextInt(1, 70))
                  .ignoreEos(random.nextBoolean())
                  .choices(random.nextInt(1, 4))
                  .sampling(Sampling.values()[random.nextInt(3)].options)
                  .speculation(
                      random.nextInt(4) == 0
                          ? SpeculationOptions.OFF
                          : SpeculationOptions.NGRAM.withNodes(random.nextInt(64)))
                  .build();
          engine.tell(drafter, request);
          all.add(engine.submit(request));
          engine.steps(random.nextInt(5));
        }
        engine.run();
        all.forEach(engine::assertExact);
        assertThat(drafter.open()).isZero();
        engine.assertNothingLeft();
      }
    }
  }

  @Test
  void draftsTakeNoMoreRowsThanTheBackendHas() {
    ScriptedDrafter drafter = new ScriptedDrafter(3, 0.5, VOCABULARY);
    try (ServedEngine engine =
        setup().prefillChunk(16).logitsRows(20).maxSequences(8).drafter(drafter).open()) {
      List<Served> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(
            engine.submit(
                request(prompt(i, 10 + 5 * i))
                    .speculation(SpeculationOptions.NGRAM.withNodes(63))
                    .build()));
      }
      engine.run();
      all.forEach(engine::assertExact);
      assertThat(engine.backend.rowsPerForward()).allMatch(rows -> rows <= 36);
      assertThat(engine.backend.rowsPerForward()).anyMatch(rows -> rows > 16);
    }
  }

  @Test
  void choicesDifferWhenSampledAndEachIsItsOwnNaiveLoop() {
    try (ServedEngine engine = setup().open()) {
      Served served =
          engine.serve(
              request(prompt(5, 40)).choices(4).sampling(Sampling.NUCLEUS.options).build());
      engine.assertExact(served);
      assertThat(served.result().choices().stream().map(c -> c.tokens()).distinct()).hasSize(4);
      engine.assertNothingLeft();
    }
  }

  /** With a backend that chooses tokens itself, as a GPU does. */
  private static void actAsDevice(ServedEngine engine, boolean device) {
    if (device) {
      engine.backend.actAsDevice();
    }
  }
}
