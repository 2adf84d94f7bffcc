package updraft.exactness;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import updraft.engine.Engine;
import updraft.exactness.Cell.Sampling;
import updraft.exactness.Setup.Residency;
import updraft.forward.BackendOptions.Lanes;
import updraft.request.GenerateResult;
import updraft.request.SpeculationMethod;

/** A part of the matrix on a real model, and on text that repeats itself as real text does. */
@Tag("smollm2")
class SmolLmExactnessTest {
  private static final Logger LOG = System.getLogger(SmolLmExactnessTest.class.getName());

  private static final int ANSWER = 32;

  private static final String PROMPT =
      """
      for (int i = 0; i < rows; i++) {
        sum += row[i];
      }
      for (int j = 0; j < columns; j++) {
        sum += column[j];
      }
      for (int k = 0; k < layers; k++) {
      """;

  private static final String RIVAL =
      """
      The lighthouse keeper wrote down the weather every morning: wind from the west, cloud, \
      a calm sea. The next day he wrote again: wind from the north, rain, a rough sea. On the \
      third day there was fog, and he wrote nothing at all but listened to the ships.
      """;

  /**
   * Each value of each dimension at least once with each cell of speculation, sampling, company.
   */
  private static final List<Setup> SETUPS =
      List.of(
          new Setup(Lanes.AUTO, 2, 512, Residency.COLD),
          new Setup(Lanes.BITS_128, 1, 16, Residency.COLD),
          new Setup(Lanes.VECTOR, 2, 512, Residency.COLD),
          new Setup(Lanes.AUTO, 1, 1, Residency.PREFIX_HIT),
          new Setup(Lanes.AUTO, 2, 16, Residency.PREEMPTED));

  @Test
  void everyCellGivesTheSameTokens() {
    String file = System.getProperty("updraft.test.smollm2", "");
    Assumptions.assumeTrue(
        !file.isEmpty() && Files.exists(Path.of(file)),
        "needs -Dupdraft.test.smollm2=FILE, the model's GGUF file");
    Map<Sampling, List<Integer>> expected = new EnumMap<>(Sampling.class);
    int accepted = 0;
    int cells = 0;
    for (Setup setup : SETUPS) {
      try (Engine engine = setup.open(Path.of(file))) {
        int[] prompt = tokens(engine, PROMPT, Trial.PROMPT);
        int[] rival = tokens(engine, RIVAL, Trial.RIVAL_PROMPT);
        Trial trial = new Trial(engine, setup.residency(), prompt, rival, ANSWER);
        for (Cell cell : Cell.all()) {
          List<Integer> naive =
              expected.computeIfAbsent(
                  cell.sampling(),
                  sampling ->
                      NaiveLoop.answer(
                          Path.of(file), Lanes.AUTO, prompt, ANSWER, sampling.options));
          GenerateResult result = trial.run(cell);
          assertThat(result.choices().getFirst().tokens())
              .as("%s, %s", setup, cell)
              .isEqualTo(naive);
          accepted +=
              cell.speculation() == SpeculationMethod.NGRAM ? result.speculation().accepted() : 0;
          cells++;
        }
      }
    }
    LOG.log(Level.INFO, "exactness on SmolLM2: " + cells + " cells, accepted drafts: " + accepted);
    assertThat(cells).isEqualTo(SETUPS.size() * Cell.all().size());
    assertThat(accepted).isPositive();
  }

  private static int[] tokens(Engine engine, String text, int count) {
    int[] tokens = engine.encode(text, false);
    assertThat(tokens).hasSizeGreaterThanOrEqualTo(count);
    return Arrays.copyOf(tokens, count);
  }
}
