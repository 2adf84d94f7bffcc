package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import updraft.request.SamplingOptions;

/** That tokens come as often as softmax(logit / T) says, by chi-square tests of fixed seeds. */
class SamplingDistributionTest {
  private static final int VOCABULARY = 24;
  private static final int DRAWS = 40_000;

  private final float[] logits = new float[VOCABULARY];

  SamplingDistributionTest() {
    Random random = new Random(11);
    for (int v = 0; v < VOCABULARY; v++) {
      logits[v] = (float) random.nextGaussian() * 1.5f;
    }
    logits[5] = Float.NEGATIVE_INFINITY;
  }

  @Test
  void followsTheSoftmax() {
    for (float temperature : new float[] {0.3f, 0.8f, 1, 1.7f, 20}) {
      check(SamplingOptions.builder().temperature(temperature));
    }
  }

  @Test
  void followsTheSoftmaxOfTheLikeliestK() {
    for (int k : new int[] {1, 2, 7, 23}) {
      check(SamplingOptions.builder().temperature(1.2f).topK(k));
    }
  }

  @Test
  void followsTheSoftmaxOfTheNucleus() {
    for (float p : new float[] {0.2f, 0.6f, 0.95f}) {
      check(SamplingOptions.builder().temperature(1.2f).topP(p));
    }
  }

  @Test
  void followsTheSoftmaxOfWhatIsLikelyEnough() {
    for (float p : new float[] {0.02f, 0.2f, 1}) {
      check(SamplingOptions.builder().temperature(1.2f).minP(p));
    }
  }

  @Test
  void followsTheSoftmaxOfWhatAllFiltersLeave() {
    check(SamplingOptions.builder().temperature(1.5f).topK(15).topP(0.9f).minP(0.1f));
    check(SamplingOptions.builder().temperature(1.5f).topK(15).topP(0.9f));
    check(SamplingOptions.builder().temperature(1.5f).topP(0.9f).minP(0.3f));
  }

  /** Draws over positions, over seeds and over choices must each look independent. */
  private void check(SamplingOptions.Builder builder) {
    SamplingOptions options = builder.seed(3).build();
    double[] expected = expected(options);
    int[] byPosition = new int[VOCABULARY];
    TokenSampler sampler = new TokenSampler(options, 0, new int[] {1}, VOCABULARY);
    for (int i = 0; i < DRAWS; i++) {
      byPosition[sampler.choose(logits, 0, i)]++;
    }
    assertFits(byPosition, expected, options);

    SamplerScratch scratch = new SamplerScratch(VOCABULARY);
    int[] bySeed = new int[VOCABULARY];
    int[] byChoice = new int[VOCABULARY];
    for (int i = 0; i < DRAWS; i++) {
      SamplingOptions other = builder.seed(i).build();
      bySeed[new TokenSampler(other, 0, new int[] {1}, scratch).choose(logits, 0, 7)]++;
      byChoice[new TokenSampler(options, i, new int[] {1}, scratch).choose(logits, 0, 7)]++;
    }
    assertFits(bySeed, expected, options);
    assertFits(byChoice, expected, options);
  }

  private static void assertFits(int[] counts, double[] expected, SamplingOptions options) {
    double chiSquare = 0;
    int cells = 0;
    for (int v = 0; v < VOCABULARY; v++) {
      double mean = expected[v] * DRAWS;
      if (expected[v] == 0) {
        assertThat(counts[v]).as("token %d, %s", v, options).isZero();
      } else if (mean >= 5) {
        chiSquare += (counts[v] - mean) * (counts[v] - mean) / mean;
        cells++;
      }
    }
    // mean and deviation of the chi-square distribution, and four of the latter
    double degrees = Math.max(1, cells - 1);
    assertThat(chiSquare).as("%s", options).isLessThan(degrees + 4 * Math.sqrt(2 * degrees) + 2);
  }

  /** Probabilities after filtering, worked out by sorting. */
  private double[] expected(SamplingOptions options) {
    List<Integer> order = new ArrayList<>();
    double[] weights = new double[VOCABULARY];
    for (int v = 0; v < VOCABULARY; v++) {
      order.add(v);
      weights[v] = Math.exp(logits[v] / options.temperature());
    }
    order.sort(Comparator.comparingDouble(v -> -weights[v]));
    int k = options.topK() == 0 ? VOCABULARY : options.topK();
    double total = order.stream().limit(k).mapToDouble(v -> weights[v]).sum();
    double[] kept = new double[VOCABULARY];
    double sum = 0;
    double keptSum = 0;
    for (int v : order.subList(0, k)) {
      if (sum < options.topP() * total
          && weights[v] >= options.minP() * weights[order.getFirst()]) {
        kept[v] = weights[v];
        keptSum += weights[v];
      }
      sum += weights[v];
    }
    for (int v = 0; v < VOCABULARY; v++) {
      kept[v] /= keptSum;
    }
    return kept;
  }
}
