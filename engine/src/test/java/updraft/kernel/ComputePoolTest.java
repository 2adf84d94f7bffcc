package updraft.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ComputePoolTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void runsEveryItemOnce(int threads) {
    try (ComputePool pool = new ComputePool(threads)) {
      for (int count = 0; count < 300; count++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(count);
        pool.run(count, (item, thread) -> runs.incrementAndGet(item));
        for (int item = 0; item < count; item++) {
          assertThat(runs.get(item)).as("item %d of %d", item, count).isEqualTo(1);
        }
      }
    }
  }

  /** What an item wrote without any synchronisation is seen after the run, over and over. */
  @Test
  void publishesResultsToTheCaller() {
    try (ComputePool pool = new ComputePool(3)) {
      int[] results = new int[24];
      int[] round = new int[1];
      ComputePool.Task task = (item, thread) -> results[item] = round[0] * 31 + item;
      for (round[0] = 1; round[0] < 20_000; round[0]++) {
        pool.run(results.length, task);
        for (int item = 0; item < results.length; item++) {
          if (results[item] != round[0] * 31 + item) {
            assertThat(results[item]).isEqualTo(round[0] * 31 + item);
          }
        }
      }
    }
  }

  @Test
  void numbersThreadsForScratchMemory() throws Exception {
    try (ComputePool pool = new ComputePool(3)) {
      assertThat(pool.threads()).isEqualTo(3);
      Set<Integer> seen = ConcurrentHashMap.newKeySet();
      CyclicBarrier all = new CyclicBarrier(3); // passed only if all three threads take an item
      pool.run(
          3,
          (item, thread) -> {
            seen.add(thread);
            await(all);
          });
      assertThat(seen).containsExactlyInAnyOrder(0, 1, 2);
    }
  }

  @Test
  void wakesThreadsThatParked() {
    try (ComputePool pool = new ComputePool(2)) {
      for (int i = 0; i < 20; i++) {
        awaitParked("updraft-compute-1");
        CyclicBarrier both = new CyclicBarrier(2);
        pool.run(2, (item, thread) -> await(both));
      }
    }
  }

  @Test
  void failureOfAWorkerReachesTheCallerAndThePoolGoesOn() {
    try (ComputePool pool = new ComputePool(2)) {
      for (int failing = 0; failing < 2; failing++) {
        int failingThread = failing;
        CyclicBarrier both = new CyclicBarrier(2);
        assertThatThrownBy(
                () ->
                    pool.run(
                        2,
                        (item, thread) -> {
                          await(both);
                          if (thread == failingThread) {
                            throw new IndexOutOfBoundsException("item " + item);
                          }
                        }))
            .isInstanceOf(IllegalStateException.class)
            .hasMessageStartingWith("a compute thread failed: ")
            .hasCauseInstanceOf(IndexOutOfBoundsException.class);
        AtomicIntegerArray runs = new AtomicIntegerArray(100);
        pool.run(100, (item, thread) -> runs.incrementAndGet(item));
        assertThat(runs.toString()).doesNotContain("0").doesNotContain("2");
      }
    }
  }

  @Test
  void closeEndsItsThreads() {
    ComputePool pool = new ComputePool(4);
    Set<Thread> workers = ConcurrentHashMap.newKeySet();
    CyclicBarrier all = new CyclicBarrier(4);
    pool.run(
        4,
        (item, thread) -> {
          workers.add(Thread.currentThread());
          await(all);
        });
    pool.close();
    workers.remove(Thread.currentThread());
    assertThat(workers).hasSize(3).noneMatch(Thread::isAlive);
    pool.close();
  }

  @Test
  void allocatesNothingToRun() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (ComputePool pool = new ComputePool(2)) {
      int[] sums = new int[8];
      ComputePool.Task task = (item, thread) -> sums[item] += item;
      for (int i = 0; i < 1000; i++) {
        pool.run(8, task);
      }
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        pool.run(8, task);
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }
  }

  @Test
  void refusesNoThreads() {
    assertThatThrownBy(() -> new ComputePool(0))
        .hasMessage("threads must be at least 1: threads=0");
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitParked(String name) {
    while (Thread.getAllStackTraces().keySet().stream()
        .noneMatch(t -> t.getName().equals(name) && t.getState() == Thread.State.WAITING)) {
      LockSupport.parkNanos(100_000);
    }
  }
}
