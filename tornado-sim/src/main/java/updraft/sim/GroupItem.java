package updraft.sim;

/** A work-item that runs. */
final class GroupItem extends WorkItem {

  private final Grid grid;
  private final int group;
  private final int local;
  private final LocalMemory memory;
  private int allocations;

  GroupItem(Grid grid, int group, int local, LocalMemory memory) {
    this.grid = grid;
    this.group = group;
    this.local = local;
    this.memory = memory;
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
    Fiber.stop();
  }

  @Override
  public <T> T local(Class<T> type, int size) {
    return memory.allocate(allocations++, type, size);
  }

  @Override
  public void atomically(Runnable update) {
    update.run();
  }
}
