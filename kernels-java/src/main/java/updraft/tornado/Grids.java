package updraft.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid2D;

/**
 * How many work-groups each task gets. The numbers of items a group are fixed, those of groups
 * follow the forward: a draft tree pays for its own rows and no more.
 */
final class Grids {
  /**
   * TornadoVM's PTX back end shrinks groups larger than those of the best occupancy, says so on
   * standard output and computes garbage.
   */
  private static final int MAX_ITEMS = 256;

  private final GridScheduler scheduler = new GridScheduler();
  private final List<Sized> all = new ArrayList<>();

  private record Sized(
      WorkerGrid grid, int items, ToIntFunction<Extent> groups, ToIntFunction<Extent> tiers) {}

  /** A task of so many groups. */
  void add(String graph, String task, int items, ToIntFunction<Extent> groups) {
    add(graph, task, items, groups, extent -> 1);
  }

  /** A task of groups in a second dimension too. */
  void add(
      String graph,
      String task,
      int items,
      ToIntFunction<Extent> groups,
      ToIntFunction<Extent> tiers) {
    if (items > MAX_ITEMS) {
      throw new IllegalArgumentException(
          "a work-group must have at most "
              + MAX_ITEMS
              + " items: task="
              + task
              + ", items="
              + items);
    }
    WorkerGrid grid = new WorkerGrid2D(items, 1);
    grid.setLocalWork(items, 1, 1);
    scheduler.addWorkerGrid(graph + "." + task, grid);
    all.add(new Sized(grid, items, groups, tiers));
  }

  void resize(Extent extent) {
    for (Sized sized : all) {
      long groups = Math.max(1, sized.groups().applyAsInt(extent));
      long tiers = Math.max(1, sized.tiers().applyAsInt(extent));
      sized.grid().setGlobalWork(groups * sized.items(), tiers, 1);
    }
  }

  GridScheduler scheduler() {
    return scheduler;
  }
}
