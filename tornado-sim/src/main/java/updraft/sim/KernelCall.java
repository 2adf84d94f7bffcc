package updraft.sim;

/** Calls a kernel for one work-item, with its arguments in an array. */
@FunctionalInterface
public interface KernelCall {

  /** Calls it. */
  void run(Object[] arguments);
}
