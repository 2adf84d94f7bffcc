package updraft.sim;

import org.jspecify.annotations.Nullable;

/**
 * What checked kernels call; public for them alone. Static, for kernels are checked one at a time
 * (see {@link Kernel}) and on one thread.
 */
public final class Probe {

  /** The line that runs, as {@code File.java:12}. */
  public static String site = "";

  static @Nullable Checker checker;

  private Probe() {}

  /** An element of an array on the heap is about to be read. */
  public static void read(@Nullable Object array, int index, String at) {
    Cells cells = cells(array, at);
    if (cells != null) {
      cells.read(index);
    }
  }

  /** An element of an array on the heap is about to be written. */
  public static void write(@Nullable Object array, int index, String at) {
    Cells cells = cells(array, at);
    if (cells != null) {
      cells.write(index);
    }
  }

  /** A kernel made an array of its own. */
  public static void allocated(Object array, String at) {
    site = at;
    Checker current = checker;
    if (current != null) {
      current.privateArray(array);
    }
  }

  private static @Nullable Cells cells(@Nullable Object array, String at) {
    site = at;
    Checker current = checker;
    return current == null || array == null ? null : current.cells(array);
  }
}
