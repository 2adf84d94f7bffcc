package updraft.sim;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/** Work-items in all and of a group, by dimension; whole groups. */
record Grid(int globalX, int globalY, int globalZ, int localX, int localY, int localZ) {

  /**
   * Work-items of a group that TornadoVM's PTX back end launches as asked, whatever the kernel: it
   * shrinks groups beyond the driver's best occupancy, prints a warning and computes garbage.
   */
  static final int MAX_GROUP = 256;

  /** Static shared memory of a group that PTX allows. */
  static final int MAX_LOCAL_BYTES = 48 * 1024;

  /** The grid of {@code task}, or the reason why it cannot run. */
  static Grid of(String task, @Nullable WorkerGrid workers) {
    if (workers == null) {
      throw new TornadoRuntimeException(
          "a kernel with a KernelContext must have a WorkerGrid: task="
              + task
              + ", add it to the GridScheduler under that name");
    }
    long @Nullable [] local = workers.getLocalWork();
    if (local == null) {
      throw new TornadoRuntimeException(
          "a WorkerGrid must have a local size: task=" + task + ", call setLocalWork");
    }
    long[] global = workers.getGlobalWork();
    long group = 1;
    for (int dimension = 0; dimension < 3; dimension++) {
      if (local[dimension] < 1
          || global[dimension] < 1
          || global[dimension] > Integer.MAX_VALUE
          || global[dimension] % local[dimension] != 0) {
        throw new TornadoRuntimeException(
            "global size must be a positive multiple of the local size: task="
                + task
                + ", global="
                + Arrays.toString(global)
                + ", local="
                + Arrays.toString(local));
      }
      group *= local[dimension];
    }
    if (group > MAX_GROUP) {
      throw new TornadoRuntimeException(
          "a group must have at most "
              + MAX_GROUP
              + " work-items: task="
              + task
              + ", local="
              + Arrays.toString(local)
              + "; TornadoVM's PTX back end may shrink larger ones, and go on");
    }
    return new Grid(
        (int) global[0],
        (int) global[1],
        (int) global[2],
        (int) local[0],
        (int) local[1],
        (int) local[2]);
  }

  int groupSize() {
    return localX * localY * localZ;
  }

  int groupsX() {
    return globalX / localX;
  }

  int groupsY() {
    return globalY / localY;
  }

  int groups() {
    return Math.multiplyExact(Math.multiplyExact(groupsX(), groupsY()), globalZ / localZ);
  }
}
