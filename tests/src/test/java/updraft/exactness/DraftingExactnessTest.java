package updraft.exactness;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.Engine;
import updraft.exactness.Cell.Sampling;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.QuantType;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;
import updraft.request.GenerateResult;
import updraft.request.SpeculationMethod;

/**
 * The matrix of {@link ExactnessMatrixTest} with drafters that are networks: an EAGLE head, a draft
 * model, a head merged with n-grams; trees of fixed size and as the engine likes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DraftingExactnessTest {
  private static final Logger LOG = System.getLogger(DraftingExactnessTest.class.getName());

  private static final int ANSWER = 32;
  private static final List<Integer> THREADS = List.of(1, 2);
  private static final List<Integer> CHUNKS = List.of(1, 16, 512);
  private static final List<SpeculationMethod> WITH_HEAD =
      List.of(SpeculationMethod.EAGLE, SpeculationMethod.NGRAM_EAGLE, SpeculationMethod.AUTO);
  private static final List<SpeculationMethod> WITH_MODEL =
      List.of(SpeculationMethod.DRAFT, SpeculationMethod.AUTO);

  private final int[] prompt = random(1, Trial.PROMPT);
  private final int[] rivalPrompt = random(2, Trial.RIVAL_PROMPT);
  private final Map<Sampling, List<Integer>> expected = new EnumMap<>(Sampling.class);
  private Path model;
  private Path head;
  private Path draft;

  @BeforeAll
  void decodeNaively(@TempDir Path directory) {
    model = TinyModels.forgetful(directory);
    head =
        new SyntheticHead(model)
            .type(QuantType.Q8_0)
            .vocabulary(400)
            .write(directory.resolve("head.gguf"));
    draft = TinyModels.forgetful(directory);
    for (Sampling sampling : Sampling.values()) {
      expected.put(
          sampling, NaiveLoop.answer(model, Lanes.SCALAR, prompt, ANSWER, sampling.options));
    }
  }

  @Test
  void everyCellWithAHeadGivesTheSameTokens() {
    assertSame(head, WITH_HEAD);
  }

  @Test
  void everyCellWithADraftModelGivesTheSameTokens() {
    assertSame(draft, WITH_MODEL);
  }

  private void assertSame(Path drafter, List<SpeculationMethod> methods) {
    List<Cell> cells = new ArrayList<>(Cell.of(methods, 0));
    cells.addAll(Cell.of(methods, 9));
    Map<SpeculationMethod, Integer> accepted = new EnumMap<>(SpeculationMethod.class);
    int count = 0;
    for (Setup setup : Setup.of(List.of(Lanes.AUTO), THREADS, CHUNKS)) {
      try (Engine engine = setup.open(model, drafter)) {
        Trial trial = new Trial(engine, setup.residency(), prompt, rivalPrompt, ANSWER);
        for (Cell cell : cells) {
          GenerateResult result = trial.run(cell);
          assertThat(result.choices().getFirst().tokens())
              .as("%s, %s", setup, cell)
              .isEqualTo(expected.get(cell.sampling()));
          accepted.merge(cell.speculation(), result.speculation().accepted(), Integer::sum);
          count++;
        }
      }
    }
    LOG.log(Level.INFO, "exactness with networks: " + count + " cells, accepted: " + accepted);
    assertThat(count).isEqualTo(THREADS.size() * CHUNKS.size() * 3 * cells.size());
    assertThat(accepted.values()).allMatch(tokens -> tokens > 0);
  }

  private static int[] random(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> random.nextInt(3, 450));
    return tokens;
  }
}
