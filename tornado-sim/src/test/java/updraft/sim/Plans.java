package updraft.sim;

import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid1D;

/** Plans of one graph. */
final class Plans {

  private Plans() {}

  static WorkerGrid1D grid(int global, int local) {
    WorkerGrid1D grid = new WorkerGrid1D(global);
    grid.setLocalWork(local, 1, 1);
    return grid;
  }

  /** Runs every task named {@code t} over that grid. */
  static void run(TaskGraph graph, int global, int local) {
    TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot());
    plan.withGridScheduler(new GridScheduler(graph.getTaskGraphName() + ".t", grid(global, local)))
        .execute();
  }
}
