package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LongMapTest {

  @Test
  void holdsWhatAMapHolds() {
    Random random = new Random(2);
    LongMap map = new LongMap(4);
    Map<Long, Long> model = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      long key = random.nextInt(12_000) - 6_000L;
      long value = random.nextInt(1_000);
      assertThat(map.putIfAbsent(key, value)).isEqualTo(model.putIfAbsent(key, value) == null);
    }
    for (long key = -7_000; key < 7_000; key++) {
      assertThat(map.get(key)).isEqualTo(model.getOrDefault(key, LongMap.ABSENT));
    }
  }
}
