package updraft.sim;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;

/** Runs a grid, group after group; in a group, every work-item up to a barrier, then the next. */
final class GroupRunner {

  private final String task;
  private final Grid grid;
  private final KernelCall call;
  private final Object[] arguments;
  private final int contextIndex;

  GroupRunner(String task, Grid grid, KernelCall call, Object[] arguments, int contextIndex) {
    this.task = task;
    this.grid = grid;
    this.call = call;
    this.arguments = arguments;
    this.contextIndex = contextIndex;
  }

  void run() {
    Fiber[] fibers = new Fiber[grid.groupSize()];
    for (int group = 0; group < grid.groups(); group++) {
      LocalMemory memory = new LocalMemory(task);
      for (int local = 0; local < fibers.length; local++) {
        KernelContext context = ContextAccess.contextOf(new GroupItem(grid, group, local, memory));
        fibers[local] =
            new Fiber(
                () -> {
                  arguments[contextIndex] = context;
                  call.run(arguments);
                });
      }
      boolean running = true;
      while (running) {
        running = interval(fibers, group);
      }
    }
  }

  /** Up to the next barrier; false when the group is done. */
  private boolean interval(Fiber[] fibers, int group) {
    int done = 0;
    for (Fiber fiber : fibers) {
      fiber.run();
      if (fiber.done()) {
        done++;
      }
    }
    if (done > 0 && done < fibers.length) {
      throw new TornadoBailoutRuntimeException(
          "all work-items of a group must reach a barrier or none: task="
              + task
              + ", group="
              + group
              + ", waiting="
              + (fibers.length - done)
              + ", ended="
              + done);
    }
    return done == 0;
  }
}
