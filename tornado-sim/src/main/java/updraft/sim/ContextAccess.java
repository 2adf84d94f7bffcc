package updraft.sim;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.KernelContext;

/** Makes the contexts that kernels are called with. */
public final class ContextAccess {

  private static @Nullable Function<WorkItem, KernelContext> maker;

  private ContextAccess() {}

  /** Called once, when the class of contexts is initialised. */
  public static void register(Function<WorkItem, KernelContext> constructor) {
    maker = constructor;
  }

  static KernelContext contextOf(WorkItem item) {
    Function<WorkItem, KernelContext> constructor = maker;
    if (constructor == null) {
      throw new IllegalStateException("a task must have a context before one is made for it");
    }
    return constructor.apply(item);
  }
}
