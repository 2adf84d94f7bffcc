package updraft.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenCountsTest {
  @Test
  void countsAsAMapDoesHoweverManyTokensThereAre() {
    Random random = new Random(1);
    TokenCounts counts = new TokenCounts();
    Map<Integer, Integer> expected = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int token = random.nextInt(1 + i);
      if (random.nextInt(3) == 0) {
        counts.addPrompt(token);
        expected.merge(token, 0, Integer::sum);
      } else {
        counts.addAnswer(token);
        expected.merge(token, 1, Integer::sum);
      }
    }
    Map<Integer, Integer> actual = new HashMap<>();
    for (int place = 0; place < counts.capacity(); place++) {
      if (counts.token(place) >= 0) {
        assertThat(actual.put(counts.token(place), counts.answerCount(place))).isNull();
      }
    }
    assertThat(actual).isEqualTo(expected);
  }
}
