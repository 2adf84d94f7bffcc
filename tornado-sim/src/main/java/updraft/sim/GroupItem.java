package updraft.sim;

import org.jspecify.annotations.Nullable;

/** A work-item that runs. */
final class GroupItem extends WorkItem {

  private final Grid grid;
  private final int group;
  private final int local;
  private final @Nullable LocalMemory memory;
  private int allocations;

  /** Where it waits; without checks, one place stands for all. */
  String barrierSite = "its start";

  GroupItem(Grid grid, int group, int local, @Nullable LocalMemory memory) {
    this.grid = grid;
    this.group = group;
    this.local = local;
    this.memory = memory;
  }

  /** Number in its group. */
  int local() {
    return local;
  }

  @Override
  public int globalId(int dimension) {
    return groupId(dimension) * localSize(dimension) + localId(dimension);
  }

  @Override
  public int groupId(int dimension) {
    return switch (dimension) {
      case 0 -> group % grid.groupsX();
      case 1 -> group / grid.groupsX() % grid.groupsY();
      default -> group / grid.groupsX() / grid.groupsY();
    };
  }

  @Override
  public int localId(int dimension) {
    return switch (dimension) {
      case 0 -> local % grid.localX();
      case 1 -> local / grid.localX() % grid.localY();
      default -> local / grid.localX() / grid.localY();
    };
  }

  @Override
  public int globalSize(int dimension) {
    return switch (dimension) {
      case 0 -> grid.globalX();
      case 1 -> grid.globalY();
      default -> grid.globalZ();
    };
  }

  @Override
  public int localSize(int dimension) {
    return switch (dimension) {
      case 0 -> grid.localX();
      case 1 -> grid.localY();
      default -> grid.localZ();
    };
  }

  @Override
  public void barrier() {
    barrierSite = Probe.checker == null ? "a barrier" : "the barrier of " + Probe.site;
    Fiber.stop();
  }

  @Override
  public <T> T local(Class<T> type, int size) {
    if (memory == null) {
      throw new IllegalStateException("a work-item must run to allocate");
    }
    return memory.allocate(allocations++, type, size);
  }

  @Override
  public void atomically(Runnable update) {
    Checker checker = Probe.checker;
    if (checker == null) {
      update.run();
    } else {
      checker.atomically(update);
    }
  }

  @Override
  public String toString() {
    return "group=("
        + groupId(0)
        + ","
        + groupId(1)
        + ","
        + groupId(2)
        + ") item=("
        + localId(0)
        + ","
        + localId(1)
        + ","
        + localId(2)
        + ")";
  }
}
