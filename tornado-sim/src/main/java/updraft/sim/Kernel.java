package updraft.sim;

import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;

/** A task's kernel, ready to run. */
final class Kernel {

  private final String task;
  private final KernelCall call;
  private final int contextIndex;

  Kernel(String task, GraphStep.Launch launch, SimulatorOptions options) {
    this.task = task;
    this.call = launch.call();
    this.contextIndex = contextIndex(launch.arguments());
  }

  private static int contextIndex(Object[] arguments) {
    for (int index = 0; index < arguments.length; index++) {
      if (arguments[index] instanceof KernelContext) {
        return index;
      }
    }
    return -1;
  }

  /** Whether it may read the array that is its argument number {@code index}. */
  boolean reads(int index) {
    return true;
  }

  /** Runs it to its end; {@code arguments} are those of the device and may be written here. */
  void run(Object[] arguments, @Nullable GridScheduler scheduler) {
    if (contextIndex < 0) {
      call.run(arguments);
      return;
    }
    Grid grid = Grid.of(task, scheduler == null ? null : scheduler.get(task));
    new GroupRunner(task, grid, call, arguments, contextIndex).run();
  }
}
