package updraft.sim;

import java.lang.reflect.Array;
import java.util.IdentityHashMap;
import org.jspecify.annotations.Nullable;

/** Which work-item of which kernel runs, and the arrays of its group. */
final class Checker {

  /** Barrier intervals of all launches so far; those of different launches never race. */
  private static int intervals;

  private final String task;
  private final String kernel;
  private final Grid grid;
  private final int firstInterval;
  private final IdentityHashMap<Object, Cells> heap = new IdentityHashMap<>();
  private int group;
  private int local;
  private boolean atomic;

  Checker(String task, String kernel, Grid grid) {
    this.task = task;
    this.kernel = kernel;
    this.grid = grid;
    nextInterval();
    this.firstInterval = intervals;
  }

  String task() {
    return task;
  }

  void startGroup(int index) {
    group = index;
    heap.clear();
    nextInterval();
  }

  /** Wraps before the bit that marks atomic accesses. */
  static void nextInterval() {
    intervals = (intervals + 1) & 0x3FFFFFFF;
  }

  void resume(int localItem) {
    local = localItem;
  }

  void atomically(Runnable update) {
    atomic = true;
    try {
      update.run();
    } finally {
      atomic = false;
    }
  }

  boolean atomic() {
    return atomic;
  }

  /** Number of the work-item in the grid, group by group. */
  int item() {
    return group * grid.groupSize() + local;
  }

  int interval() {
    return intervals;
  }

  boolean sameGroup(int item) {
    return item / grid.groupSize() == group;
  }

  /** Whether an access of that work-item in that interval and one now have no order. */
  boolean concurrent(int item, int interval) {
    return interval >= firstInterval && (interval == intervals || !sameGroup(item));
  }

  void localArray(Object array, int number) {
    heap.put(
        array,
        new Cells("", Array.getLength(array))
            .watchedBy(this, "local " + describe(array) + " #" + number, true));
  }

  void privateArray(Object array) {
    heap.put(
        array,
        new Cells("", Array.getLength(array)).watchedBy(this, "private " + describe(array), false));
  }

  @Nullable Cells cells(Object array) {
    return heap.get(array);
  }

  private static String describe(Object array) {
    return array.getClass().getComponentType().getSimpleName() + "[" + Array.getLength(array) + "]";
  }

  String describe(int item) {
    return new GroupItem(grid, item / grid.groupSize(), item % grid.groupSize(), null).toString();
  }

  KernelFault fault(String what) {
    return new KernelFault(place() + ": " + what);
  }

  KernelFault fault(RuntimeException cause) {
    return new KernelFault(place() + ": " + cause, cause);
  }

  private String place() {
    return "kernel=" + kernel + " at " + Probe.site + ", task=" + task + ", " + describe(item());
  }
}
