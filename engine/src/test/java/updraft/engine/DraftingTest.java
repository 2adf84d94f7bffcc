package updraft.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.QuantType;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.NgramMatch;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.request.SpeculationStats;
import updraft.schedule.Generation;

/**
 * Heads and draft models in an engine: the same tokens as without, and drafts that are accepted.
 */
class DraftingTest {
  private static final SamplingOptions SAMPLED =
      SamplingOptions.builder().temperature(1).seed(7).build();

  @TempDir static Path directory;
  private static Path target;
  private static Path head;

  @BeforeAll
  static void write() {
    target = TinyModels.forgetful(directory);
    head = new SyntheticHead(target).type(QuantType.Q8_0).write(directory.resolve("head.gguf"));
  }

  private static Engine open(Path draft) {
    return open(target, draft, 64, 2048);
  }

  private static Engine open(Path model, Path draft, int chunk, int tokens) {
    return Engine.open(
        EngineOptions.builder(model)
            .draftModel(draft)
            .lanes(Lanes.AUTO)
            .threads(1)
            .prefillChunk(chunk)
            .maxSequences(8)
            .contextLength(512)
            .keyValueTokens(tokens)
            .calibrate(false)
            .build());
  }

  private static int[] prompt(long seed, int length) {
    return new SplittableRandom(seed).ints(length, 3, 450).toArray();
  }

  private static GenerateRequest request(
      int[] prompt, SpeculationMethod method, int nodes, SamplingOptions sampling) {
    return GenerateRequest.builder(prompt)
        .maxTokens(60)
        .ignoreEos(true)
        .sampling(sampling)
        .speculation(new SpeculationOptions(method, nodes, 4, 3, NgramMatch.RECENCY))
        .build();
  }

  private static List<Integer> tokens(GenerateResult result) {
    assertThat(result.choices().getFirst().error()).isNull();
    return result.choices().getFirst().tokens();
  }

  @ParameterizedTest
  @CsvSource({
    "EAGLE, 0, false", "EAGLE, 7, false", "EAGLE, 7, true", "EAGLE, 24, true",
    "NGRAM_EAGLE, 0, true", "NGRAM_EAGLE, 12, false", "NGRAM_EAGLE, 12, true", "AUTO, 0, true"
  })
  void aHeadChangesNothing(SpeculationMethod method, int nodes, boolean sampled) {
    assertSame(head, method, nodes, sampled);
  }

  @ParameterizedTest
  @CsvSource({"DRAFT, 0, false", "DRAFT, 7, false", "DRAFT, 7, true", "AUTO, 0, false"})
  void aDraftModelChangesNothing(SpeculationMethod method, int nodes, boolean sampled) {
    assertSame(target, method, nodes, sampled);
  }

  private static void assertSame(Path draft, SpeculationMethod method, int nodes, boolean sampled) {
    SamplingOptions sampling = sampled ? SAMPLED : SamplingOptions.GREEDY;
    try (Engine engine = open(draft)) {
      for (int length : new int[] {1, 15, 16, 17, 40, 100, 130}) {
        int[] prompt = prompt(length, length);
        List<Integer> plain =
            tokens(engine.generate(request(prompt, SpeculationMethod.OFF, 0, sampling)));
        for (int again = 0; again < 2; again++) { // the second time from the prefix cache
          GenerateResult drafted = engine.generate(request(prompt, method, nodes, sampling));
          assertThat(tokens(drafted)).as("length %d", length).isEqualTo(plain);
          if (nodes > 0) {
            assertThat(drafted.speculation().acceptLength())
                .as("τ at length %d, time %d", length, again)
                .isGreaterThan(1.6);
          }
        }
      }
    }
  }

  @Test
  void theTargetAsItsOwnDraftModelIsAlwaysRight() {
    Path model = TinyModels.llama(directory);
    try (Engine engine = open(model, model, 32, 2048)) {
      for (SamplingOptions sampling : List.of(SamplingOptions.GREEDY, SAMPLED)) {
        GenerateRequest request =
            GenerateRequest.builder(prompt(3, 50))
                .maxTokens(61)
                .ignoreEos(true)
                .sampling(sampling)
                .speculation(
                    new SpeculationOptions(SpeculationMethod.DRAFT, 4, 4, 1, NgramMatch.RECENCY))
                .build();
        GenerateResult result = engine.generate(request);
        assertThat(result.speculation().rounds()).isEqualTo(12);
        assertThat(result.speculation().acceptRate()).isEqualTo(1);
      }
    }
  }

  @Test
  void biasAndPenaltiesOfTheRequestAreHeeded() {
    Path model = TinyModels.llama(directory);
    SamplingOptions.Builder sampling = SamplingOptions.builder().temperature(1).seed(7);
    try (Engine engine = open(model, model, 32, 2048)) {
      SamplingOptions biased = sampling.logitBias(Map.of(40, 3f, 41, -100f, 90, 2f)).build();
      assertThat(chains(engine, biased, 4).acceptRate()).isEqualTo(1);
      SamplingOptions penalised = sampling.repetitionPenalty(1.4f).frequencyPenalty(0.8f).build();
      assertThat(chains(engine, penalised, 1).acceptRate()).isEqualTo(1);
    }
  }

  private static SpeculationStats chains(Engine engine, SamplingOptions sampling, int length) {
    SpeculationOptions chain =
        new SpeculationOptions(SpeculationMethod.DRAFT, length, length, 1, NgramMatch.RECENCY);
    return engine
        .generate(
            GenerateRequest.builder(prompt(3, 50))
                .maxTokens(61)
                .ignoreEos(true)
                .sampling(sampling)
                .speculation(chain)
                .build())
        .speculation();
  }

  @Test
  void forRejectionSamplingChainsAreDrawnFromWhatTheDrafterSays() {
    Path model = TinyModels.llama(directory);
    EngineOptions options =
        EngineOptions.builder(model)
            .draftModel(model)
            .verifier("rejection")
            .threads(1)
            .contextLength(512)
            .calibrate(false)
            .build();
    try (Engine engine = Engine.open(options)) {
      SpeculationStats stats = chains(engine, SAMPLED, 4);
      // q is p but for the tokens that drafting does not look at
      assertThat(stats.acceptRate()).isGreaterThan(0.97);
      assertThat(stats.drafted()).isGreaterThan(40);
    }
  }

  @Test
  void withTheTargetsNoiseSampledDraftsAreAcceptedAsOftenAsGreedyOnes() {
    double coupled = acceptLength(true);
    double plain = acceptLength(false);
    assertThat(coupled).isGreaterThan(1.4 * plain);
  }

  private static double acceptLength(boolean coupled) {
    EngineOptions options =
        EngineOptions.builder(target)
            .draftModel(head)
            .coupledDrafts(coupled)
            .threads(1)
            .contextLength(512)
            .calibrate(false)
            .build();
    try (Engine engine = Engine.open(options)) {
      double sum = 0;
      for (int seed = 0; seed < 5; seed++) {
        sum +=
            engine
                .generate(request(prompt(seed, 30), SpeculationMethod.EAGLE, 8, SAMPLED))
                .speculation()
                .acceptLength();
      }
      return sum / 5;
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"EAGLE", "NGRAM_EAGLE", "AUTO"})
  void manySequencesAndFewPagesChangeNothing(SpeculationMethod method) {
    List<List<Integer>> plain = new ArrayList<>();
    try (Engine engine = open(head)) {
      for (int i = 0; i < 8; i++) {
        plain.add(tokens(engine.generate(some(i, SpeculationMethod.OFF))));
      }
    }
    try (Engine engine = open(target, head, 16, 320)) {
      for (int repetition = 0; repetition < 2; repetition++) {
        List<Generation> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          all.add(engine.submit(some(i, method), event -> {}));
        }
        for (int i = 0; i < 8; i++) {
          assertThat(tokens(all.get(i).result().join()))
              .as("request %d", i)
              .isEqualTo(plain.get(i));
        }
      }
    }
  }

  @Test
  void aHeadSpoilsNoPrefixAndDraftsAsWellAfterOne() {
    int[] prompt = prompt(5, 100);
    try (Engine engine = open(head)) {
      GenerateRequest request = request(prompt, SpeculationMethod.EAGLE, 9, SamplingOptions.GREEDY);
      GenerateResult cold = engine.generate(request);
      GenerateResult warm = engine.generate(request);
      assertThat(warm.cachedTokens()).isEqualTo(96);
      assertThat(warm.speculation().acceptLength()).isEqualTo(cold.speculation().acceptLength());
    }
  }

  @Test
  void aPrefixThatTheHeadHasNotReadIsOnlyLeftOut() {
    int[] prompt = prompt(6, 100);
    try (Engine engine = open(head)) {
      List<Integer> plain =
          tokens(
              engine.generate(request(prompt, SpeculationMethod.OFF, 0, SamplingOptions.GREEDY)));
      GenerateResult drafted =
          engine.generate(request(prompt, SpeculationMethod.EAGLE, 9, SamplingOptions.GREEDY));
      assertThat(drafted.cachedTokens()).isEqualTo(96);
      assertThat(tokens(drafted)).isEqualTo(plain);
      assertThat(drafted.speculation().accepted()).isPositive();
    }
  }

  private static GenerateRequest some(int i, SpeculationMethod method) {
    return request(
        prompt(i / 2, 20 + 9 * i),
        method,
        i % 3 == 0 ? 0 : 4 * i,
        i % 2 == 0 ? SAMPLED : SamplingOptions.GREEDY);
  }
}
