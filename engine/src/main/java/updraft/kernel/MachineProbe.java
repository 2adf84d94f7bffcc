package updraft.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.Optional;

/**
 * What this machine's cores can do at most, measured: what kernels are held against. The best of
 * some short turns, all threads at once.
 *
 * @param gigabytes read from memory a second
 * @param gigaproducts products of bytes a second, of the instructions that native kernels use
 */
public record MachineProbe(double gigabytes, double gigaproducts) {
  private static final int READ = 0;
  private static final int MULTIPLY = 1;

  /** Beyond every cache that is shared by a few cores. */
  private static final long BYTES = 256L << 20;

  private static final long PRODUCTS = 20_000_000;
  private static final int TURNS = 8;

  /** Measures; empty where there are no native kernels. Takes a second. */
  public static Optional<MachineProbe> measure(int threads) {
    if (NativeLibrary.problem() != null) {
      return Optional.empty();
    }
    InstructionSet set = NativeLibrary.sets().getFirst();
    MethodHandle probe =
        Linker.nativeLinker()
            .downcallHandle(
                NativeLibrary.function(set, "probe"),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG),
                Linker.Option.critical(true));
    long part = BYTES / threads / 64 * 64;
    // on Java's heap, where weights are too: in huge pages, which a virtual machine reads 1.5 times
    // as fast as small ones (38 and 25 GB/s on Granite Rapids)
    int[] words = new int[Math.toIntExact(part * threads / 4)];
    Arrays.fill(words, 1);
    MemorySegment memory = MemorySegment.ofArray(words);
    try (ComputePool pool = new ComputePool(threads)) {
      double read =
          fastest(pool, (item, _) -> call(probe, READ, memory.asSlice(item * part), part / 4));
      double multiply = fastest(pool, (_, _) -> call(probe, MULTIPLY, memory, PRODUCTS));
      return Optional.of(
          new MachineProbe(
              part * threads / read, (double) PRODUCTS * threads * set.lanes * 4 / multiply));
    }
  }

  /** Nanoseconds. */
  private static double fastest(ComputePool pool, ComputePool.Task task) {
    long best = Long.MAX_VALUE;
    for (int turn = 0; turn < TURNS; turn++) {
      long start = System.nanoTime();
      pool.run(pool.threads(), task);
      best = Math.min(best, System.nanoTime() - start);
    }
    return best;
  }

  private static void call(MethodHandle probe, int what, MemorySegment from, long n) {
    try {
      int _ = (int) probe.invokeExact(what, from, n);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("C throws nothing", e);
    }
  }
}
