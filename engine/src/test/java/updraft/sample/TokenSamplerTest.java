package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.kernel.Kernels;
import updraft.request.InvalidRequestException;
import updraft.request.SamplingOptions;

class TokenSamplerTest {
  private static final float INF = Float.POSITIVE_INFINITY;

  @Test
  void choosesWhatTheNaiveSamplerChooses() {
    Random random = new Random(1);
    for (int round = 0; round < 3000; round++) {
      int vocabulary = 1 + random.nextInt(round % 10 == 0 ? 5000 : 60);
      SamplingOptions options = randomOptions(random, vocabulary);
      int[] prompt = random.ints(random.nextInt(6), 0, vocabulary).toArray();
      int choice = random.nextInt(3);
      TokenSampler sampler = sampler(options, vocabulary, choice, prompt);
      NaiveSampler naive = new NaiveSampler(options, vocabulary, choice, prompt);
      for (int position = prompt.length; position < prompt.length + 4; position++) {
        int offset = random.nextInt(9);
        float[] logits = randomLogits(random, offset + vocabulary + random.nextInt(9), offset);
        assertThat(sampler.choose(logits, offset, position))
            .as("round %d, position %d, vocabulary %d, %s", round, position, vocabulary, options)
            .isEqualTo(naive.choose(logits, offset, position));
      }
    }
  }

  @Test
  void takesTheLargestLogitAndOfEqualsTheLowestId() {
    float[] logits = {-3, 7, 2, 7, -INF};
    assertThat(sampler(SamplingOptions.GREEDY, 5, 0).choose(logits, 0, 0)).isEqualTo(1);
    assertThat(sampler(SamplingOptions.GREEDY, 2, 0).choose(new float[] {-0f, 0f}, 0, 0)).isZero();
    assertThat(sampler(SamplingOptions.GREEDY, 1, 0).choose(new float[] {-9}, 0, 0)).isZero();
  }

  @Test
  void greedyIgnoresFiltersAndSeed() {
    SamplingOptions options =
        SamplingOptions.builder().topK(2).topP(0.1f).minP(0.9f).seed(77).build();
    assertThat(sampler(options, 4, 3).choose(new float[] {1, 2, 4, 3}, 0, 9)).isEqualTo(2);
  }

  @Test
  void oneTokenLeftIsGreedy() {
    Random random = new Random(2);
    for (int round = 0; round < 200; round++) {
      float[] logits = randomLogits(random, 300, 0);
      int greedy = sampler(SamplingOptions.GREEDY, 300, 0).choose(logits, 0, round);
      SamplingOptions.Builder hot = SamplingOptions.builder().temperature(2).seed(round);
      assertThat(sampler(hot.topK(1).build(), 300, 0).choose(logits, 0, round)).isEqualTo(greedy);
      hot.topK(0).topP(Float.MIN_VALUE);
      assertThat(sampler(hot.build(), 300, 0).choose(logits, 0, round)).isEqualTo(greedy);
    }
  }

  /** Kernels of every width that this machine has, and the scalar ones. */
  @Test
  void choosesTheSameWithKernelsOfAnyWidth() {
    Random random = new Random(9);
    int widest = Kernels.of(-1).lanes() * 32;
    List<Kernels> widths = new ArrayList<>();
    for (int bits : new int[] {0, 128, 256, 512}) {
      if (bits <= widest) {
        widths.add(Kernels.of(bits));
      }
    }
    for (int round = 0; round < 200; round++) {
      int vocabulary = 1 + random.nextInt(700);
      SamplingOptions options = randomOptions(random, vocabulary);
      float[] logits = randomLogits(random, vocabulary, 0);
      int expected = sampler(options, vocabulary, 0).choose(logits, 0, round);
      for (Kernels kernels : widths) {
        SamplerScratch scratch = new SamplerScratch(vocabulary, kernels.rowMath());
        TokenSampler sampler = new TokenSampler(options, 0, new int[0], scratch);
        assertThat(sampler.choose(logits, 0, round)).as(kernels.name()).isEqualTo(expected);
      }
    }
  }

  @Test
  void leastTemperatureIsGreedyButForTies() {
    SamplingOptions options = SamplingOptions.builder().temperature(Float.MIN_VALUE).build();
    SamplingOptions filtered =
        SamplingOptions.builder().temperature(Float.MIN_VALUE).topP(0.9f).minP(0.1f).build();
    float[] logits = {1, 1.0000001f, -5, -INF, 0.5f};
    for (int position = 0; position < 50; position++) {
      assertThat(sampler(options, 5, 0).choose(logits, 0, position)).isEqualTo(1);
      assertThat(sampler(filtered, 5, 0).choose(logits, 0, position)).isEqualTo(1);
    }
  }

  @Test
  void appliesPenaltiesAsWorkedOutByHand() {
    // prompt 0 1, answer 1 2 2: repetition touches 0 1 2, the other two touch 1 (once) and 2
    // (twice)
    SamplingOptions options =
        SamplingOptions.builder()
            .repetitionPenalty(2)
            .frequencyPenalty(0.5f)
            .presencePenalty(0.25f)
            .build();
    Penalties penalties = new Penalties(options, new int[] {0, 1});
    penalties.commit(1);
    penalties.commit(2);
    penalties.commit(2);
    float[] logits = {3, -1, 8, 5};
    penalties.apply(logits);
    assertThat(logits).containsExactly(1.5f, -2 - 0.5f - 0.25f, 4 - 1f - 0.25f, 5);
  }

  @Test
  void biasComesAfterThePenalties() {
    // (8 + 2.5) / 2 would lose against 6, and so would (8 + 1.5) / 2
    SamplingOptions options =
        SamplingOptions.builder().repetitionPenalty(2).logitBias(Map.of(0, 2.5f)).build();
    float[] logits = {8, 6};
    assertThat(sampler(options, 2, 0, 0).choose(logits, 0, 1)).isZero(); // 4 + 2.5
    options = SamplingOptions.builder().repetitionPenalty(2).logitBias(Map.of(0, 1.5f)).build();
    assertThat(sampler(options, 2, 0, 0).choose(logits, 0, 1)).isEqualTo(1); // 4 + 1.5
  }

  @Test
  void largestBiasForcesAndLeastBiasBans() {
    float[] logits = {1, 30, 2};
    SamplingOptions.Builder hot = SamplingOptions.builder().temperature(1);
    for (int position = 0; position < 100; position++) {
      hot.seed(position);
      TokenSampler forced = sampler(hot.logitBias(Map.of(2, 100f)).build(), 3, 0);
      assertThat(forced.choose(logits, 0, position)).isEqualTo(2);
      TokenSampler banned = sampler(hot.logitBias(Map.of(1, -100f)).build(), 3, 0);
      assertThat(banned.choose(logits, 0, position)).isNotEqualTo(1);
    }
  }

  @Test
  void leavesTheLogitsAlone() {
    SamplingOptions options =
        SamplingOptions.builder()
            .temperature(1)
            .topK(5)
            .topP(0.9f)
            .repetitionPenalty(1.5f)
            .logitBias(Map.of(3, 4f))
            .build();
    float[] logits = randomLogits(new Random(4), 100, 0);
    float[] before = logits.clone();
    TokenSampler sampler = sampler(options, 100, 0, 3, 4, 5);
    for (int position = 3; position < 30; position++) {
      sampler.choose(logits, 0, position);
    }
    assertThat(logits).isEqualTo(before);
  }

  @Test
  void isRebuiltFromPromptAndAnswer() {
    SamplingOptions options =
        SamplingOptions.builder()
            .temperature(1.2f)
            .topP(0.95f)
            .repetitionPenalty(1.3f)
            .frequencyPenalty(0.4f)
            .presencePenalty(0.2f)
            .seed(5)
            .build();
    int[] prompt = {7, 8, 9, 7};
    Random random = new Random(6);
    TokenSampler straight = sampler(options, 50, 1, prompt);
    int[] answer = new int[40];
    for (int i = 0; i < answer.length; i++) {
      float[] logits = randomLogits(random, 50, 0);
      TokenSampler rebuilt = sampler(options, 50, 1, prompt);
      for (int j = 0; j < i; j++) {
        rebuilt.commit(answer[j]);
      }
      answer[i] = straight.choose(logits, 0, prompt.length + i);
      assertThat(rebuilt.choose(logits, 0, prompt.length + i)).isEqualTo(answer[i]);
    }
  }

  @Test
  void samplersThatShareScratchDoNotDisturbEachOther() {
    SamplingOptions options =
        SamplingOptions.builder().temperature(1).topP(0.9f).presencePenalty(1).build();
    SamplerScratch scratch = new SamplerScratch(64);
    TokenSampler one = new TokenSampler(options, 0, new int[] {1}, scratch);
    TokenSampler two = new TokenSampler(options, 1, new int[] {2}, scratch);
    TokenSampler alone = sampler(options, 64, 0, 1);
    Random random = new Random(7);
    for (int position = 1; position < 60; position++) {
      float[] logits = randomLogits(random, 64, 0);
      int token = one.choose(logits, 0, position);
      two.choose(randomLogits(random, 64, 0), 0, position);
      assertThat(token).isEqualTo(alone.choose(logits, 0, position));
    }
  }

  @Test
  void allocatesNothingPerToken() {
    int vocabulary = 4000;
    float[] logits = randomLogits(new Random(8), vocabulary, 0);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int kind = 0; kind < 6; kind++) {
      SamplingOptions.Builder builder = SamplingOptions.builder().temperature(kind == 0 ? 0 : 0.9f);
      switch (kind) {
        case 2 -> builder.topK(50);
        case 3 -> builder.topP(0.95f);
        case 4 -> builder.minP(0.05f);
        case 5 -> builder.topK(50).topP(0.9f).repetitionPenalty(1.1f).logitBias(Map.of(9, 2f));
        default -> {}
      }
      int[] prompt = IntStream.range(0, vocabulary).toArray(); // so that no token is new
      TokenSampler sampler = sampler(builder.build(), vocabulary, 0, prompt);
      for (int position = 0; position < 2000; position++) { // warm-up
        sampler.choose(logits, 0, position);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int position = 0; position < 1000; position++) {
        sampler.choose(logits, 0, position);
      }
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      assertThat(allocated).as("bytes in 1000 tokens, kind %d", kind).isLessThan(1000);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 0.8f})
  void refusesLogitsThatNoTokenCanBeChosenFrom(float temperature) {
    SamplingOptions options = SamplingOptions.builder().temperature(temperature).build();
    TokenSampler sampler = sampler(options, 3, 0);
    assertThatThrownBy(() -> sampler.choose(new float[] {9, 1, Float.NaN, 2}, 1, 12))
        .isInstanceOf(NonFiniteLogitsException.class)
        .hasMessage(
            "logits must be finite or -Infinity: logits[1]=NaN for the token at position=12");
    assertThatThrownBy(() -> sampler.choose(new float[] {INF, 1, 2}, 0, 12))
        .isInstanceOf(NonFiniteLogitsException.class)
        .hasMessage(
            "logits must be finite or -Infinity: logits[0]=Infinity for the token at position=12");
    assertThatThrownBy(() -> sampler.choose(new float[] {-INF, -INF, -INF}, 0, 12))
        .isInstanceOf(NonFiniteLogitsException.class)
        .hasMessage(
            "at least one logit must be finite: all are -Infinity for the token at position=12");
    assertThat(sampler.choose(new float[] {-INF, -INF, -9}, 0, 12)).isEqualTo(2);
  }

  @Test
  void refusesAVocabularyOutOfRange() {
    assertThatThrownBy(() -> new SamplerScratch(0))
        .hasMessage("vocabulary must be in [1, 1048576]: vocabulary=0");
    assertThatThrownBy(() -> new SamplerScratch(1 << 21))
        .hasMessage("vocabulary must be in [1, 1048576]: vocabulary=2097152");
  }

  @Test
  void refusesABiasOutsideTheVocabulary() {
    SamplingOptions options = SamplingOptions.builder().logitBias(Map.of(10, 1f)).build();
    assertThatThrownBy(() -> sampler(options, 10, 0))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessage(
            "logit_bias tokens must be below the vocabulary's size: token=10, vocabulary=10");
  }

  private static TokenSampler sampler(
      SamplingOptions options, int vocabulary, int choice, int... prompt) {
    return new TokenSampler(options, choice, prompt, vocabulary);
  }

  private static SamplingOptions randomOptions(Random random, int vocabulary) {
    SamplingOptions.Builder builder = SamplingOptions.builder().seed(random.nextLong());
    float[] temperatures = {0, 1e-30f, 0.01f, 0.3f, 0.8f, 1, 1.5f, 5, 100};
    builder.temperature(temperatures[random.nextInt(temperatures.length)]);
    if (random.nextInt(3) == 0) {
      builder.topK(1 + random.nextInt(random.nextBoolean() ? 8 : vocabulary + 10));
    }
    if (random.nextInt(3) == 0) {
      float[] shares = {1e-6f, 0.1f, 0.5f, 0.9f, 0.95f, 0.999f, Math.nextDown(1f)};
      builder.topP(shares[random.nextInt(shares.length)]);
    }
    if (random.nextInt(3) == 0) {
      float[] fractions = {1e-6f, 0.05f, 0.3f, 0.99f};
      builder.minP(fractions[random.nextInt(fractions.length)]);
    }
    if (random.nextInt(4) == 0) {
      builder.repetitionPenalty(0.5f + random.nextFloat() * 2);
    }
    if (random.nextInt(4) == 0) {
      builder.frequencyPenalty(random.nextFloat() * 4 - 2);
      builder.presencePenalty(random.nextFloat() * 4 - 2);
    }
    if (random.nextInt(4) == 0) {
      Map<Integer, Float> bias = new HashMap<>();
      for (int i = 0; i < 3; i++) {
        float[] values = {-100, 100, 1.5f, -3};
        bias.put(random.nextInt(vocabulary), values[random.nextInt(values.length)]);
      }
      builder.logitBias(bias);
    }
    return builder.build();
  }

  /** Smooth, coarse (with ties), all equal or mostly banned; finite at {@code finite}. */
  private static float[] randomLogits(Random random, int length, int finite) {
    float[] logits = new float[length];
    int kind = random.nextInt(4);
    float scale = random.nextBoolean() ? 3 : 12;
    for (int i = 0; i < length; i++) {
      float smooth = (float) random.nextGaussian() * scale;
      logits[i] =
          switch (kind) {
            case 0 -> smooth;
            case 1 -> Math.round(smooth) / 2f;
            case 2 -> 1.25f;
            default -> random.nextInt(3) == 0 ? smooth : -INF;
          };
    }
    if (logits[finite] == -INF) {
      logits[finite] = -scale;
    }
    return logits;
  }
}
