package updraft.tornado.kernel;

import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.FIRST_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.UNDER_DEMAND;

import java.util.function.Consumer;
import java.util.function.IntConsumer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;

/** A graph of some kernels, run on whatever stands behind TornadoVM's API. */
final class Run {
  private final TaskGraph graph = new TaskGraph("test");
  private final GridScheduler grids = new GridScheduler();

  /** Copied to the device before each execution. */
  Run in(Object... arrays) {
    graph.transferToDevice(EVERY_EXECUTION, arrays);
    return this;
  }

  /** Copied to the device before the first execution, kept there from then on. */
  Run kept(Object... arrays) {
    graph.transferToDevice(FIRST_EXECUTION, arrays);
    return this;
  }

  /** A kernel over one dimension of groups. */
  Run task(String name, int groups, int items, Consumer<TaskGraph> task) {
    return task(name, groups, 1, items, task);
  }

  /**
   * @param tiers groups in the second dimension
   */
  Run task(String name, int groups, int tiers, int items, Consumer<TaskGraph> task) {
    task.accept(graph);
    WorkerGrid2D grid = new WorkerGrid2D(groups * items, tiers);
    grid.setLocalWork(items, 1, 1);
    grids.addWorkerGrid("test." + name, grid);
    return this;
  }

  /** Executes once and copies these back. */
  void out(Object... arrays) {
    repeat(1, i -> {}, arrays);
  }

  /** Executes several times and then copies these back. */
  void repeat(int times, IntConsumer before, Object... arrays) {
    graph.transferToHost(UNDER_DEMAND, arrays);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(grids);
      for (int i = 0; i < times; i++) {
        before.accept(i);
        TornadoExecutionResult result = plan.execute();
        if (i == times - 1) {
          result.transferToHost(arrays);
        }
      }
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException(e);
    }
  }
}
