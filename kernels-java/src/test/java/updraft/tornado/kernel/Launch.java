package updraft.tornado.kernel;

import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid2D;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.tornado.TornadoProvider;

/** Runs one kernel on whatever stands behind TornadoVM's API, and makes arrays for it. */
final class Launch {
  private Launch() {}

  /**
   * Runs the task {@code kernel} that {@code task} adds to a graph.
   *
   * @param tiers groups in the second dimension
   * @param inputs copied to the device before
   * @param outputs copied back after
   */
  static void run(
      int groups,
      int tiers,
      int items,
      Object[] inputs,
      Object[] outputs,
      Consumer<TaskGraph> task) {
    TaskGraph graph = new TaskGraph("test").transferToDevice(EVERY_EXECUTION, inputs);
    task.accept(graph);
    graph.transferToHost(EVERY_EXECUTION, outputs);
    WorkerGrid2D grid = new WorkerGrid2D(groups * items, tiers);
    grid.setLocalWork(items, 1, 1);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(new GridScheduler("test.kernel", grid)).execute();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Skips a test of a device where there is none, and says why. */
  static void requireDevice() {
    String reason = new TornadoProvider().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  /** Skips a test of the simulator where the real TornadoVM is in its place. */
  static void requireSimulator() {
    String reason = new TornadoProvider.Simulator().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  static Object[] arrays(Object... arrays) {
    return arrays;
  }

  static int groups(int elements, int items) {
    return (elements + items - 1) / items;
  }

  /** A step of so many rows, and as many whose logits are wanted. */
  static IntArray step(int rows) {
    IntArray step = ints(Step.SIZE);
    step.set(Step.ROWS, rows);
    step.set(Step.LOGITS_ROWS, rows);
    return step;
  }

  static IntArray ints(int size) {
    IntArray array = new IntArray(size);
    array.init(0);
    return array;
  }

  static FloatArray floats(int size) {
    FloatArray array = new FloatArray(size);
    array.init(0f);
    return array;
  }

  static FloatArray random(int size, SplittableRandom random) {
    FloatArray array = new FloatArray(size);
    for (int i = 0; i < size; i++) {
      array.set(i, (float) random.nextGaussian());
    }
    return array;
  }
}
