package updraft.sim;

import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** What the simulator needs of arrays and programs must not see. */
public abstract class ArrayAccess {

  private static @Nullable ArrayAccess registered;

  /** Called once, when the class of arrays is initialised. */
  public static void register(ArrayAccess access) {
    registered = access;
  }

  static ArrayAccess get() {
    ArrayAccess access = registered;
    if (access == null) {
      throw new IllegalStateException("there must be an array before the simulator looks into one");
    }
    return access;
  }

  /** An array of the same type and size. */
  protected abstract TornadoNativeArray emptyCopy(TornadoNativeArray array);

  /** From now on {@code watch} sees every access; null for nobody. */
  protected abstract void watch(TornadoNativeArray array, @Nullable Watch watch);
}
