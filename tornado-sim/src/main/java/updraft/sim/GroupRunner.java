package updraft.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.KernelContext;

/** Runs a grid, group after group; in a group, every work-item up to a barrier, then the next. */
final class GroupRunner {

  private final String task;
  private final Grid grid;
  private final @Nullable Checker checker;

  GroupRunner(String task, Grid grid, @Nullable Checker checker) {
    this.task = task;
    this.grid = grid;
    this.checker = checker;
  }

  void run(KernelCall call, Object[] arguments, int contextIndex, boolean barriers) {
    int items = grid.groupSize();
    Fiber[] fibers = new Fiber[barriers ? items : 0];
    GroupItem[] group = new GroupItem[items];
    for (int index = 0; index < grid.groups(); index++) {
      LocalMemory memory = new LocalMemory(task, checker);
      if (checker != null) {
        checker.startGroup(index);
      }
      for (int local = 0; local < items; local++) {
        GroupItem item = new GroupItem(grid, index, local, memory);
        group[local] = item;
        KernelContext context = contextIndex < 0 ? null : ContextAccess.contextOf(item);
        Runnable body =
            () -> {
              if (context != null) {
                arguments[contextIndex] = context;
              }
              call.run(arguments);
            };
        if (barriers) {
          fibers[local] = new Fiber(body);
        } else {
          run(item, body);
        }
      }
      if (barriers) {
        while (interval(fibers, group)) {
          if (checker != null) {
            Checker.nextInterval();
          }
        }
      }
    }
  }

  /** Up to the next barrier; false when the group is done. */
  private boolean interval(Fiber[] fibers, GroupItem[] group) {
    int done = 0;
    for (int local = 0; local < fibers.length; local++) {
      run(group[local], fibers[local]::run);
      if (fibers[local].done()) {
        group[local].barrierSite = "its end";
        done++;
      }
    }
    for (GroupItem item : group) {
      if (!item.barrierSite.equals(group[0].barrierSite)) {
        throw diverged(group[0], item);
      }
    }
    return done == 0;
  }

  private void run(GroupItem item, Runnable body) {
    if (checker != null) {
      checker.resume(item.local());
    }
    try {
      body.run();
    } catch (KernelFault e) {
      throw e;
    } catch (RuntimeException e) {
      if (checker != null) {
        throw checker.fault(e);
      }
      throw new KernelFault("kernel at " + place(e) + ", task=" + task + ", " + item + ": " + e, e);
    }
  }

  private static String place(RuntimeException e) {
    return Arrays.stream(e.getStackTrace())
        .filter(
            frame ->
                !frame.getClassName().startsWith("uk.ac.manchester.tornado.")
                    && !frame.getClassName().startsWith("java.")
                    && !frame.getClassName().startsWith("jdk."))
        .findFirst()
        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
        .orElse("?");
  }

  private KernelFault diverged(GroupItem one, GroupItem other) {
    return new KernelFault(
        "all work-items of a group must reach the same barrier: task="
            + task
            + ", "
            + one
            + " is at "
            + one.barrierSite
            + ", "
            + other
            + " at "
            + other.barrierSite);
  }
}
