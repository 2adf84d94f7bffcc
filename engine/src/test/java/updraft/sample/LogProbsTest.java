package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import updraft.request.TokenLogprob;
import updraft.request.TokenLogprob.Alternative;

class LogProbsTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void isTheLogSoftmaxOfTheRow() {
    float[] logits = {9, 0, (float) Math.log(3), 0, 9}; // of the row: 1/5, 3/5, 1/5
    TokenLogprob logprob = LogProbs.of(logits, 1, 3, 2, 3);
    assertThat(logprob.token()).isEqualTo(2);
    assertThat(logprob.logprob()).isCloseTo((float) Math.log(0.2), within(1e-6f));
    assertThat(logprob.top()).extracting(Alternative::token).containsExactly(1, 0, 2);
    assertThat(logprob.top().getFirst().logprob()).isCloseTo((float) Math.log(0.6), within(1e-6f));
    assertThat(logprob.top().getLast()).isEqualTo(new Alternative(2, logprob.logprob()));
  }

  @Test
  void listsNoAlternativesUnlessAsked() {
    assertThat(LogProbs.of(new float[] {1, 2}, 0, 2, 0, 0).top()).isEmpty();
  }

  @Test
  void leavesOutTokensThatCannotBe() {
    float[] logits = {-INF, 1, -INF, 1};
    TokenLogprob logprob = LogProbs.of(logits, 0, 4, 3, 20);
    assertThat(logprob.top()).extracting(Alternative::token).containsExactly(1, 3);
    assertThat(logprob.logprob()).isCloseTo((float) -Math.log(2), within(1e-6f));
  }

  @Test
  void staysFiniteFarFromZero() {
    assertThat(LogProbs.of(new float[] {1e6f, 1e6f}, 0, 2, 0, 0).logprob())
        .isCloseTo((float) -Math.log(2), within(1e-6f));
    assertThat(LogProbs.of(new float[] {-1e6f, 0}, 0, 2, 0, 0).logprob()).isEqualTo(-1e6f);
  }

  @Test
  void agreesWithSortingAndSummingInDouble() {
    Random random = new Random(5);
    for (int round = 0; round < 300; round++) {
      int vocabulary = 1 + random.nextInt(2000);
      int offset = random.nextInt(5);
      float[] logits = new float[offset + vocabulary + random.nextInt(5)];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = Math.round(random.nextGaussian() * 40) / 8f; // many equal
      }
      int token = random.nextInt(vocabulary);
      int topN = random.nextInt(21);
      TokenLogprob logprob = LogProbs.of(logits, offset, vocabulary, token, topN);
      List<Integer> order =
          IntStream.range(0, vocabulary)
              .boxed()
              .sorted(
                  Comparator.<Integer>comparingDouble(v -> -logits[offset + v])
                      .thenComparing(v -> v))
              .limit(topN)
              .toList();
      double sum =
          IntStream.range(0, vocabulary).mapToDouble(v -> Math.exp(logits[offset + v])).sum();
      assertThat(logprob.top()).extracting(Alternative::token).isEqualTo(order);
      for (Alternative alternative : logprob.top()) {
        assertThat((double) alternative.logprob())
            .isCloseTo(logits[offset + alternative.token()] - Math.log(sum), within(2e-6));
      }
      assertThat((double) logprob.logprob())
          .isCloseTo(logits[offset + token] - Math.log(sum), within(2e-6));
    }
  }
}
