package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GumbelNoiseTest {
  /** Known answers of philox4x32-10 from Random123's kat_vectors. */
  @Test
  void philoxGivesThePublishedAnswers() {
    int[] words = new int[4];
    Philox.block(0, 0, 0, 0, 0, 0, words);
    assertThat(words).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    Philox.block(-1, -1, -1, -1, -1, -1, words);
    assertThat(words).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    Philox.block(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, words);
    assertThat(words).containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void dependsOnSeedChoicePositionAndToken() {
    double noise = new GumbelNoise(1, 0).at(5, 10);
    assertThat(new GumbelNoise(1, 0).at(5, 10)).isEqualTo(noise);
    assertThat(new GumbelNoise(1, 0).at(5, 11)).isNotEqualTo(noise);
    assertThat(new GumbelNoise(1, 0).at(5, 14)).isNotEqualTo(noise);
    assertThat(new GumbelNoise(1, 0).at(6, 10)).isNotEqualTo(noise);
    assertThat(new GumbelNoise(1, 1).at(5, 10)).isNotEqualTo(noise);
    assertThat(new GumbelNoise(2, 0).at(5, 10)).isNotEqualTo(noise);
    assertThat(new GumbelNoise(1L << 32 | 1, 0).at(5, 10)).isNotEqualTo(noise);
  }

  @Test
  void staysWithinItsBounds() {
    assertThat(GumbelNoise.MAX).isCloseTo(33 * Math.log(2), within(1e-6));
    assertThat(GumbelNoise.MIN).isCloseTo(-Math.log(33 * Math.log(2)), within(1e-6));
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      int word = i < 200 ? i - 100 : random.nextInt() >> random.nextInt(32);
      assertThat(GumbelNoise.of(word))
          .isBetween(
              GumbelNoise.MIN,
              Math.min(GumbelNoise.MAX, GumbelNoise.bound(GumbelNoise.leadingBits(word))));
    }
  }

  @Test
  void growsWithTheWord() {
    Random random = new Random(4);
    for (int i = 0; i < 100_000; i++) {
      int word = random.nextInt() >> random.nextInt(32);
      if (word != -1) {
        assertThat(GumbelNoise.of(word + 1)).isGreaterThanOrEqualTo(GumbelNoise.of(word));
      }
    }
  }

  /** Mean and variance of the Gumbel distribution: Euler's constant and pi² / 6. */
  @Test
  void hasTheMomentsOfGumbelNoise() {
    GumbelNoise noise = new GumbelNoise(99, 2);
    int n = 400_000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double g = noise.at(i / 1000, i % 1000);
      sum += g;
      squares += g * g;
    }
    double mean = sum / n;
    assertThat(mean).isCloseTo(0.5772156649, within(0.01));
    assertThat(squares / n - mean * mean).isCloseTo(Math.PI * Math.PI / 6, within(0.02));
  }

  /** Recorded from an independent program in Python. */
  @Test
  void keepsItsBitsBetweenReleasesAndMachines() {
    GumbelNoise noise = new GumbelNoise(0x123456789ABCDEFL, 3);
    assertThat(Double.doubleToLongBits(noise.at(0, 0))).isEqualTo(0xbfc4922daf18c258L);
    assertThat(Double.doubleToLongBits(noise.at(1000, 49151))).isEqualTo(0x3ff888ff609d95feL);
  }
}
