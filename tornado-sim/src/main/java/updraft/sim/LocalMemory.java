package updraft.sim;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A group's arrays, in the order in which its work-items ask for them; they start as garbage. */
final class LocalMemory {

  private static final int GARBAGE = 0xA5A5A5A5;

  private final String task;
  private final @Nullable Checker checker;
  private final List<Object> arrays = new ArrayList<>();
  private long bytes;

  LocalMemory(String task, @Nullable Checker checker) {
    this.task = task;
    this.checker = checker;
  }

  <T> T allocate(int index, Class<T> type, int size) {
    if (index == arrays.size()) {
      Object made = make(type, size);
      arrays.add(made);
      if (checker != null) {
        checker.localArray(made, index);
      }
    }
    Object array = arrays.get(index);
    if (!type.isInstance(array) || Array.getLength(array) != size) {
      throw new KernelFault(
          "all work-items of a group must allocate the same local arrays in the same order: task="
              + task
              + ", array="
              + index);
    }
    return type.cast(array);
  }

  private Object make(Class<?> type, int size) {
    Object array = Array.newInstance(type.getComponentType(), size);
    int elementBytes =
        switch (array) {
          case int[] ints -> {
            Arrays.fill(ints, GARBAGE);
            yield Integer.BYTES;
          }
          case float[] floats -> {
            Arrays.fill(floats, Float.intBitsToFloat(GARBAGE));
            yield Float.BYTES;
          }
          case long[] longs -> {
            Arrays.fill(longs, GARBAGE);
            yield Long.BYTES;
          }
          case double[] doubles -> {
            Arrays.fill(doubles, Double.longBitsToDouble(GARBAGE));
            yield Double.BYTES;
          }
          case byte[] values -> {
            Arrays.fill(values, (byte) GARBAGE);
            yield Byte.BYTES;
          }
          default -> Short.BYTES;
        };
    bytes += (long) elementBytes * size;
    if (bytes > Grid.MAX_LOCAL_BYTES) {
      throw new KernelFault(
          "a group's local arrays must fit in "
              + Grid.MAX_LOCAL_BYTES
              + " bytes: task="
              + task
              + ", bytes="
              + bytes);
    }
    return array;
  }
}
