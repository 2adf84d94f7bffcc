package updraft.sim;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import updraft.lint.KernelUse;

/** A task's kernel, ready to run. */
final class Kernel {

  /** One kernel at a time in the JVM: {@link Probe} has one checker. */
  private static final ReentrantLock RUNNING = new ReentrantLock();

  private static final Grid ONE_ITEM = new Grid(1, 1, 1, 1, 1, 1);

  private final String task;
  private final KernelMethod method;
  private final KernelUse use;
  private final KernelCall call;
  private final int contextIndex;
  private final boolean checks;

  Kernel(String task, GraphStep.Launch launch, SimulatorOptions options) {
    this.task = task;
    this.method = KernelMethod.of(task, launch);
    this.use =
        KernelUse.of(
            method.owner().getClassLoader(),
            method.owner().getName(),
            method.name(),
            method.descriptor());
    this.checks = options.checks();
    this.call = checks ? CheckedCode.of(method) : launch.call();
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
    return use.reads(index);
  }

  /**
   * Runs it to its end.
   *
   * @param arguments those of the device; written here
   * @param arrays what stands behind each argument, null for numbers and the context
   */
  void run(
      Object[] arguments, List<@Nullable DeviceArray> arrays, @Nullable GridScheduler scheduler) {
    Grid grid =
        contextIndex < 0 ? ONE_ITEM : Grid.of(task, scheduler == null ? null : scheduler.get(task));
    RUNNING.lock();
    try {
      Checker checker = checks ? new Checker(task, method.shortName(), grid) : null;
      if (checker != null) {
        watch(arrays, checker);
      }
      Probe.checker = checker;
      new GroupRunner(task, grid, checker).run(call, arguments, contextIndex, use.hasBarriers());
    } finally {
      Probe.checker = null;
      RUNNING.unlock();
    }
  }

  private void watch(List<@Nullable DeviceArray> arrays, Checker checker) {
    for (int index = 0; index < arrays.size(); index++) {
      DeviceArray array = arrays.get(index);
      if (array != null) {
        array.watch(checker, method.parameters().get(index), writes(arrays, array));
      }
    }
  }

  /** Whether it writes that array, under whichever name. */
  private boolean writes(List<@Nullable DeviceArray> arrays, DeviceArray array) {
    for (int index = 0; index < arrays.size(); index++) {
      if (arrays.get(index) == array && use.writes(index)) {
        return true;
      }
    }
    return false;
  }
}
