package updraft.exactness;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.engine.Engine;
import updraft.exactness.Cell.Sampling;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.TinyModels;
import updraft.request.GenerateResult;
import updraft.request.SpeculationMethod;

/**
 * The promise that nothing but the request decides the answer: for each way to choose tokens, the
 * same ids in every cell of speculation × company × prefill chunk × residency × threads × kind of
 * kernels and vector width, on a small random model.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExactnessMatrixTest {
  private static final Logger LOG = System.getLogger(ExactnessMatrixTest.class.getName());

  private static final int ANSWER = 32;
  private static final List<Integer> THREADS = List.of(1, 2);
  private static final List<Integer> CHUNKS = List.of(1, 16, 512);

  private final int[] prompt = random(1, Trial.PROMPT);
  private final int[] rivalPrompt = random(2, Trial.RIVAL_PROMPT);
  private final Map<Sampling, List<Integer>> expected = new EnumMap<>(Sampling.class);
  private final Map<SpeculationMethod, Integer> accepted = new EnumMap<>(SpeculationMethod.class);
  private Path model;
  private int cells;
  private int widths;

  @BeforeAll
  void decodeNaively(@TempDir Path directory) {
    model = TinyModels.llama(directory);
    for (Sampling sampling : Sampling.values()) {
      expected.put(
          sampling, NaiveLoop.answer(model, Lanes.SCALAR, prompt, ANSWER, sampling.options));
    }
    assertThat(expected.values()).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"AUTO", "VECTOR"})
  void everyCellGivesTheSameTokens(Lanes lanes) {
    for (Setup setup : Setup.of(List.of(lanes), THREADS, CHUNKS)) {
      try (Engine engine = open(setup)) {
        Trial trial = new Trial(engine, setup.residency(), prompt, rivalPrompt, ANSWER);
        for (Cell cell : Cell.all()) {
          GenerateResult result = trial.run(cell);
          assertThat(result.choices().getFirst().tokens())
              .as("%s, %s", setup, cell)
              .isEqualTo(expected.get(cell.sampling()));
          accepted.merge(cell.speculation(), result.speculation().accepted(), Integer::sum);
          cells++;
        }
      }
    }
    widths++;
  }

  /** Skips, with the reason, what this machine cannot run. */
  private Engine open(Setup setup) {
    try {
      return setup.open(model);
    } catch (IllegalArgumentException e) {
      assertThat(setup.lanes()).as(e.getMessage()).isNotIn(Lanes.SCALAR, Lanes.BITS_128);
      return Assumptions.abort("no engine with " + setup.lanes() + ": " + e.getMessage());
    }
  }

  @AfterAll
  void theCellsWereCountedAndDraftsWereAccepted() {
    LOG.log(
        Level.INFO,
        "exactness matrix: "
            + cells
            + " cells on "
            + widths
            + " of 5 kinds of kernels, accepted drafts: "
            + accepted);
    assertThat(cells).isEqualTo(widths * THREADS.size() * CHUNKS.size() * 3 * Cell.all().size());
    assertThat(widths).isGreaterThanOrEqualTo(2);
    assertThat(accepted.get(SpeculationMethod.OFF)).isZero();
    assertThat(accepted.get(SpeculationMethod.NGRAM)).isPositive();
  }

  private static int[] random(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] tokens = new int[length];
    Arrays.setAll(tokens, i -> random.nextInt(3, 450));
    return tokens;
  }
}
