package updraft.tornado;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/**
 * The tasks of all graphs, and how many work-groups each gets. The numbers of items a group are
 * fixed, those of groups follow the forward: a draft tree pays for its own rows and no more.
 */
final class Tasks {
  /**
   * TornadoVM's PTX back end shrinks groups larger than those of the best occupancy, says so on
   * standard output and computes garbage.
   */
  private static final int MAX_ITEMS = 256;

  private final GridScheduler scheduler = new GridScheduler();
  private final List<Sized> all = new ArrayList<>();

  private record Sized(
      String graph,
      String name,
      Consumer<TaskGraph> task,
      WorkerGrid grid,
      int items,
      ToIntFunction<Extent> groups,
      ToIntFunction<Extent> tiers) {}

  /**
   * Adds a task of so many groups to a graph.
   *
   * @param task adds it, under {@code name}
   */
  void add(
      TaskGraph graph,
      String name,
      int items,
      ToIntFunction<Extent> groups,
      Consumer<TaskGraph> task) {
    add(graph, name, items, groups, extent -> 1, task);
  }

  /** Adds a task of groups in a second dimension too. */
  void add(
      TaskGraph graph,
      String name,
      int items,
      ToIntFunction<Extent> groups,
      ToIntFunction<Extent> tiers,
      Consumer<TaskGraph> task) {
    if (items > MAX_ITEMS) {
      throw new IllegalArgumentException(
          "a work-group must have at most "
              + MAX_ITEMS
              + " items: task="
              + name
              + ", items="
              + items);
    }
    WorkerGrid grid = new WorkerGrid2D(items, 1);
    grid.setLocalWork(items, 1, 1);
    scheduler.addWorkerGrid(graph.getTaskGraphName() + "." + name, grid);
    all.add(new Sized(graph.getTaskGraphName(), name, task, grid, items, groups, tiers));
    task.accept(graph);
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

  /** Tasks of all graphs: as many compilations. */
  int count() {
    return all.size();
  }

  /** Tasks of a graph: as many launches when it runs. */
  int count(String graph) {
    return (int) all.stream().filter(sized -> sized.graph().equals(graph)).count();
  }

  /**
   * The first task of a graph that does not compile alone, or null. TornadoVM's compilers often
   * fail without a word about what they were compiling.
   */
  @Nullable String uncompilable(String graph) {
    for (Sized sized : all) {
      if (sized.graph().equals(graph) && !compiles(sized)) {
        return graph + "." + sized.name();
      }
    }
    return null;
  }

  private boolean compiles(Sized sized) {
    TaskGraph alone = new TaskGraph(sized.graph());
    sized.task().accept(alone);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(alone.snapshot())) {
      plan.withGridScheduler(scheduler).withPreCompilation();
      return true;
    } catch (VirtualMachineError e) {
      throw e;
    } catch (TornadoExecutionPlanException | RuntimeException | Error e) {
      return false;
    }
  }
}
