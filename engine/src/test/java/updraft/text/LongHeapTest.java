package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LongHeapTest {

  @Test
  void yieldsTheLeastFirst() {
    Random random = new Random(1);
    LongHeap heap = new LongHeap();
    PriorityQueue<Long> model = new PriorityQueue<>();
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(5) < 3 || model.isEmpty()) {
        long key = random.nextLong(-50, 500);
        heap.add(key);
        model.add(key);
      } else {
        assertThat(heap.poll()).isEqualTo(model.poll());
      }
      assertThat(heap.isEmpty()).isEqualTo(model.isEmpty());
    }
  }
}
