package updraft.sim;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts what checked kernels read of arrays on the device, from {@link #count} until it is closed.
 * One at a time.
 */
public final class Traffic implements AutoCloseable {
  private static @Nullable Traffic counting;

  private final Map<String, Reads> reads = new LinkedHashMap<>();

  private Traffic() {}

  /**
   * Reads of an array by a task.
   *
   * @param elements each once a launch: what has to come from memory
   * @param loads all of them: what the cache serves too
   */
  public record Reads(long elements, long loads) {}

  /** Begins to count. */
  public static Traffic count() {
    Traffic traffic = new Traffic();
    counting = traffic;
    return traffic;
  }

  /** By task and parameter, as {@code layers0.down words}. */
  public Map<String, Reads> reads() {
    return Map.copyOf(reads);
  }

  static boolean counts() {
    return counting != null;
  }

  static void read(String task, String array, boolean first) {
    Traffic traffic = counting;
    if (traffic != null) {
      traffic.reads.merge(
          task + " " + array,
          new Reads(first ? 1 : 0, 1),
          (a, b) -> new Reads(a.elements() + b.elements(), a.loads() + b.loads()));
    }
  }

  @Override
  public void close() {
    counting = null;
  }
}
