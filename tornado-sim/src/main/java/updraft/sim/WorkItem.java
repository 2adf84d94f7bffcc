package updraft.sim;

import java.lang.reflect.Array;
import uk.ac.manchester.tornado.api.exceptions.TornadoBailoutRuntimeException;

/** One work-item, seen from its kernel. Dimensions are 0, 1 and 2. */
public abstract class WorkItem {

  /** Outside any kernel: every id is 0, every size is 0, and no one is there to wait for. */
  public static final WorkItem NONE = new Nobody();

  /** Index in the grid. */
  public abstract int globalId(int dimension);

  /** Index of the group. */
  public abstract int groupId(int dimension);

  /** Index in the group. */
  public abstract int localId(int dimension);

  /** Work-items of the grid. */
  public abstract int globalSize(int dimension);

  /** Work-items of the group. */
  public abstract int localSize(int dimension);

  /** Waits for all of the group. */
  public abstract void barrier();

  /** The group's next array: the same one for each of its work-items. */
  public abstract <T> T local(Class<T> type, int size);

  /** Runs an update of one element that no other work-item can come between. */
  public abstract void atomically(Runnable update);

  /** What to throw for an intrinsic that kernels must not use. */
  public TornadoBailoutRuntimeException refused(String intrinsic) {
    return new TornadoBailoutRuntimeException(
        intrinsic
            + " must not be used: it is not right on every back end; use local arrays and barriers,"
            + " or atomicAdd on an IntArray");
  }

  private static final class Nobody extends WorkItem {
    @Override
    public int globalId(int dimension) {
      return 0;
    }

    @Override
    public int groupId(int dimension) {
      return 0;
    }

    @Override
    public int localId(int dimension) {
      return 0;
    }

    @Override
    public int globalSize(int dimension) {
      return 0;
    }

    @Override
    public int localSize(int dimension) {
      return 0;
    }

    @Override
    public void barrier() {}

    @Override
    public <T> T local(Class<T> type, int size) {
      return type.cast(Array.newInstance(type.getComponentType(), size));
    }

    @Override
    public void atomically(Runnable update) {
      update.run();
    }
  }
}
