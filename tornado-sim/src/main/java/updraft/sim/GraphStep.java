package updraft.sim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a task graph was told, in that order. */
public sealed interface GraphStep {

  /** Copy to the device, in a mode of {@code DataTransferMode}. */
  record ToDevice(int mode, List<Object> arrays) implements GraphStep {}

  /** Copy to the host, in a mode of {@code DataTransferMode}. */
  record ToHost(int mode, List<Object> arrays) implements GraphStep {}

  /** Leave on the device. */
  record Persist(List<Object> arrays) implements GraphStep {}

  /** Take from the graph that ran before, by its name if it is given. */
  record Consume(@Nullable String graph, List<Object> arrays) implements GraphStep {}

  /** Run a kernel: the method reference, how to call it, and its arguments. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Launch(String id, Object code, KernelCall call, Object[] arguments) implements GraphStep {}
}
