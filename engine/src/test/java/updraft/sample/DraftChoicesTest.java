package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.request.SamplingOptions;

class DraftChoicesTest {
  private static final int VOCABULARY = 500;

  private static SamplingOptions sampled(long seed) {
    return SamplingOptions.builder().temperature(1).seed(seed).build();
  }

  private static float[] logits(long seed, double spread) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] logits = new float[VOCABULARY + 2];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (spread * random.nextGaussian());
    }
    return logits;
  }

  @Test
  void greedyTheLikeliestComeFirstWithTheirProbabilities() {
    float[] logits = logits(1, 3);
    DraftChoices choices = new DraftChoices(VOCABULARY, null, 16);
    assertThat(choices.choose(logits, 2, SamplingOptions.GREEDY, null, 9, 5)).isEqualTo(5);
    int[] sorted =
        IntStream.range(0, VOCABULARY)
            .boxed()
            .sorted((a, b) -> Float.compare(logits[2 + b], logits[2 + a]))
            .mapToInt(Integer::intValue)
            .toArray();
    double sum = IntStream.range(0, VOCABULARY).mapToDouble(i -> Math.exp(logits[2 + i])).sum();
    for (int i = 0; i < 5; i++) {
      assertThat(choices.token(i)).isEqualTo(sorted[i]);
      double probability = Math.exp(logits[2 + sorted[i]]) / sum;
      assertThat((double) choices.probability(i)).isCloseTo(probability, within(1e-4));
    }
  }

  @Test
  void withTheTargetsNoiseTheFirstIsWhatTheTargetWouldChooseByTheseLogits() {
    DraftChoices choices = new DraftChoices(VOCABULARY, null, 16);
    for (int seed = 0; seed < 200; seed++) {
      float[] logits = logits(seed, 2);
      SamplingOptions sampling = sampled(seed);
      TokenSampler target = new TokenSampler(sampling, 0, new int[] {1}, VOCABULARY);
      choices.choose(logits, 0, sampling, new GumbelNoise(seed, 0), 7, 3);
      assertThat(choices.token(0)).isEqualTo(target.choose(logits, 0, 7));
    }
  }

  @Test
  void filtersOfTheTargetAreHeeded() {
    SamplingOptions narrow =
        SamplingOptions.builder().temperature(1).topK(3).topP(0.9f).minP(0.02f).seed(5).build();
    DraftChoices choices = new DraftChoices(VOCABULARY, null, 16);
    int same = 0;
    for (int position = 0; position < 100; position++) {
      float[] logits = logits(position, 4);
      TokenSampler target = new TokenSampler(narrow, 0, new int[] {1}, VOCABULARY);
      int found = choices.choose(logits, 0, narrow, new GumbelNoise(5, 0), position, 8);
      assertThat(found).isBetween(1, 4); // a score is searched for to 14 · 2^-16
      same += choices.token(0) == target.choose(logits, 0, position) ? 1 : 0;
    }
    assertThat(same).isGreaterThan(97);
  }

  /**
   * Four children with the target's noise cover its token far more often than the four likeliest,
   * at temperature 1, by logits that are the target's up to an error.
   */
  @ParameterizedTest
  @CsvSource({"0.2, 1", "0.5, 1", "0.5, 2"})
  void fourCoupledChildrenCoverTheTargetsTokenMoreOftenThanTheFourLikeliest(
      double error, double spread) {
    DraftChoices choices = new DraftChoices(VOCABULARY, null, 4);
    int coupled = 0;
    int plain = 0;
    int trials = 600;
    for (int seed = 0; seed < trials; seed++) {
      float[] logits = logits(seed, spread);
      float[] drafted = logits.clone();
      float[] errors = logits(seed + 1_000_000, error);
      for (int i = 0; i < drafted.length; i++) {
        drafted[i] += errors[i];
      }
      SamplingOptions sampling = sampled(seed);
      int token = new TokenSampler(sampling, 0, new int[] {1}, VOCABULARY).choose(logits, 0, 7);
      coupled += covers(choices, drafted, sampling, new GumbelNoise(seed, 0), token) ? 1 : 0;
      plain += covers(choices, drafted, sampling, null, token) ? 1 : 0;
    }
    assertThat((double) coupled / trials).isGreaterThan(0.85);
    assertThat((double) plain / trials).isLessThan(0.5);
  }

  private static boolean covers(
      DraftChoices choices,
      float[] logits,
      SamplingOptions sampling,
      GumbelNoise noise,
      int token) {
    int found = choices.choose(logits, 0, sampling, noise, 7, 4);
    return IntStream.range(0, found).anyMatch(i -> choices.token(i) == token);
  }

  @Test
  void ownTokensAreToldByTheTargetsIds() {
    int[] map = IntStream.range(0, VOCABULARY).map(i -> 3 * i + 1).toArray();
    float[] logits = logits(4, 1);
    logits[77] = 50;
    DraftChoices choices = new DraftChoices(VOCABULARY, map, 4);
    choices.choose(logits, 0, SamplingOptions.GREEDY, null, 7, 1);
    assertThat(choices.token(0)).isEqualTo(3 * 77 + 1);
  }

  @Test
  void withNoiseOfItsOwnATokenIsDrawnFromTheDistributionThatIsTold() {
    float[] logits = logits(9, 1.5);
    int[] map = IntStream.range(0, VOCABULARY).map(i -> i + 3).toArray();
    DraftChoices choices = new DraftChoices(VOCABULARY, map, 1);
    int draws = 20_000;
    int[] counts = new int[VOCABULARY + 3];
    for (int seed = 0; seed < draws; seed++) {
      choices.choose(logits, 0, sampled(seed), new GumbelNoise(seed, 0), 7, 1);
      counts[choices.token(0)]++;
    }
    float[] q = choices.distribution();
    double sum = IntStream.range(0, q.length).mapToDouble(i -> q[i]).sum();
    assertThat(sum).isCloseTo(1, within(1e-4));
    for (int token = 0; token < q.length; token++) {
      double deviation = Math.sqrt(draws * q[token] * (1 - q[token]));
      assertThat((double) counts[token]).isCloseTo(draws * q[token], within(5 * deviation + 1e-9));
    }
    double expected = IntStream.range(0, q.length).mapToDouble(i -> q[i] * q[i]).sum();
    assertThat((double) choices.expectedProbability()).isCloseTo(expected, within(1e-5));
  }

  @Test
  void numbersThatAreNoneGiveNoTokens() {
    float[] logits = logits(4, 1);
    logits[8] = Float.NaN;
    DraftChoices choices = new DraftChoices(VOCABULARY, null, 4);
    assertThat(choices.choose(logits, 0, SamplingOptions.GREEDY, null, 7, 4)).isZero();
  }
}
