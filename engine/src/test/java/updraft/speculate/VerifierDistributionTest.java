package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.request.SamplingOptions;
import updraft.sample.GumbelNoise;
import updraft.sample.TokenChooser;
import updraft.sample.TokenSampler;

/**
 * Which verifiers keep the target's distribution: of many seeds the first two tokens are counted
 * and held against the probabilities that the target's logits give. The test itself is tested with
 * a verifier that is wrong on purpose.
 */
class VerifierDistributionTest {
  private static final int VOCABULARY = 6;
  private static final int SEEDS = 30_000;

  /** Of 35 degrees of freedom, chi-square exceeds it once in a million times. */
  private static final double CRITICAL = 94;

  /** How the round's tree is made. */
  enum Draft {
    /** A tree that has nothing to do with the seed. */
    TREE,
    /** A chain drawn from a distribution that is told. */
    DRAWN_CHAIN,
    /** A tree by the target's noise. */
    WITH_NOISE
  }

  @ParameterizedTest
  @CsvSource({
    "coupled, TREE", "coupled, DRAWN_CHAIN", "coupled, WITH_NOISE",
    "target-only, TREE", "rejection, TREE", "rejection, DRAWN_CHAIN"
  })
  void keepsTheTargetsDistribution(String name, Draft draft) {
    assertThat(chiSquare(Verifiers.of(name), draft)).isLessThan(CRITICAL);
  }

  @Test
  void thresholdsBelowOneDoNot() {
    assertThat(chiSquare(Verifiers.of("target-only-lossy"), Draft.TREE))
        .isGreaterThan(10 * CRITICAL);
  }

  @Test
  void aBonusDrawnAsIfNothingHadBeenTriedIsFound() {
    Verifier broken =
        (tree, logits, chooser, rootPosition, sink, verdict) -> {
          verdict.reset();
          double[] p = chooser.distribution(logits.logits(), logits.offset(0), rootPosition + 1);
          int child = tree.firstChild(0);
          boolean accepted =
              chooser.coins().at(rootPosition + 1, 0) < p[tree.token(child)]; // as it should be
          int token =
              accepted
                  ? tree.token(child)
                  : TargetOnlyVerifier.draw(p, chooser.coins().at(rootPosition + 1, 1));
          verdict.bonus(token);
          sink.commit(token, 0, accepted);
          int node = accepted ? child : 0;
          double[] next =
              chooser.distribution(logits.logits(), logits.offset(node), rootPosition + 2);
          sink.commit(
              TargetOnlyVerifier.draw(next, chooser.coins().at(rootPosition + 2, 0)), node, false);
        };
    assertThat(chiSquare(broken, Draft.TREE)).isGreaterThan(10 * CRITICAL);
  }

  @Test
  void aNameThatThereIsNotIsRefused() {
    assertThatThrownBy(() -> Verifiers.of("magic"))
        .hasMessage(
            "verifier must be one of coupled, target-only, target-only-lossy, rejection:"
                + " verifier=magic");
  }

  /** Of the first two tokens over all seeds, against what they should be. */
  private static double chiSquare(Verifier verifier, Draft draft) {
    long[] counts = new long[VOCABULARY * VOCABULARY];
    for (int seed = 0; seed < SEEDS; seed++) {
      int[] tokens = firstTwo(verifier, draft, seed);
      counts[tokens[0] * VOCABULARY + tokens[1]]++;
    }
    double chi = 0;
    double[] first = probabilities(-1);
    for (int a = 0; a < VOCABULARY; a++) {
      double[] second = probabilities(a);
      for (int b = 0; b < VOCABULARY; b++) {
        double expected = first[a] * second[b] * SEEDS;
        chi += Math.pow(counts[a * VOCABULARY + b] - expected, 2) / expected;
      }
    }
    return chi;
  }

  /** Rounds until there are two tokens; the second round has no draft. */
  private static int[] firstTwo(Verifier verifier, Draft draft, int seed) {
    SamplingOptions sampling = SamplingOptions.builder().temperature(0.8f).seed(seed).build();
    TokenChooser chooser = new TokenSampler(sampling, 0, new int[] {0}, VOCABULARY);
    int[] tokens = new int[8];
    int[] count = {0};
    Verdict verdict = new Verdict(8);
    while (count[0] < 2) {
      DraftTree tree = new DraftTree(8);
      tree.reset(count[0] == 0 ? 0 : tokens[0]);
      if (count[0] == 0) {
        grow(tree, draft, seed);
      }
      verifier.verify(
          tree,
          new TreeLogits(tree, count[0] == 0 ? -1 : tokens[0]),
          chooser,
          count[0],
          (token, node, drafted) -> {
            tokens[count[0]++] = token;
            return true;
          },
          verdict);
    }
    return tokens;
  }

  private static void grow(DraftTree tree, Draft draft, int seed) {
    switch (draft) {
      case TREE -> {
        tree.add(0, 2, 0.5f);
        tree.add(0, 4, 0.3f);
        tree.add(1, 1, 0.5f);
        tree.add(1, 3, 0.2f);
      }
      case DRAWN_CHAIN -> {
        Random random = new Random(seed * 31L + 7);
        for (int node = 0; node < 2; node++) {
          float[] q = {0.05f, 0.3f, 0.25f, 0.1f, 0.2f, 0.1f};
          double coin = random.nextDouble();
          int token = 0;
          for (double left = coin - q[0]; left > 0 && token < q.length - 1; left -= q[token]) {
            token++;
          }
          tree.add(node, token, q[token]);
          tree.distribution(node, q);
        }
      }
      case WITH_NOISE -> {
        GumbelNoise noise = new GumbelNoise(seed, 0);
        int best = 0;
        for (int token = 1; token < VOCABULARY; token++) {
          best = noise.at(1, token) > noise.at(1, best) ? token : best;
        }
        tree.add(0, best, 0.5f);
        tree.add(0, (best + 1) % VOCABULARY, 0.2f);
      }
    }
  }

  private static double[] probabilities(int after) {
    float[] logits = logits(after);
    double[] p = new double[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      p[i] = Math.exp(logits[i] / 0.8f);
    }
    double sum = Arrays.stream(p).sum();
    Arrays.setAll(p, i -> p[i] / sum);
    return p;
  }

  /** After the prompt, or after a first token. */
  private static float[] logits(int after) {
    Random random = new Random(100 + after);
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      logits[i] = (float) random.nextGaussian();
    }
    return logits;
  }

  /** Logits that depend on the token alone; what follows the second is of no account. */
  private record TreeLogits(DraftTree tree, int root) implements RowLogits {
    @Override
    public float[] logits() {
      float[] all = new float[tree.size() * VOCABULARY];
      for (int node = 0; node < tree.size(); node++) {
        int after = node == 0 ? root : tree.token(node);
        System.arraycopy(
            VerifierDistributionTest.logits(after), 0, all, node * VOCABULARY, VOCABULARY);
      }
      return all;
    }

    @Override
    public int offset(int node) {
      return node * VOCABULARY;
    }
  }
}
