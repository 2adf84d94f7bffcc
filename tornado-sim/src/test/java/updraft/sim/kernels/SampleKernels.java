package updraft.sim.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.annotations.Parallel;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels that are right on every device. */
public final class SampleKernels {

  public static final int GROUP = 8;

  private SampleKernels() {}

  /** A group sums a row. */
  public static void rowSums(KernelContext context, FloatArray rows, FloatArray sums, int length) {
    float[] parts = context.allocateFloatLocalArray(GROUP);
    int local = context.localIdx;
    int row = context.groupIdx;
    float sum = 0f;
    for (int i = local; i < length; i += context.localGroupSizeX) {
      sum += rows.get(row * length + i);
    }
    parts[local] = sum;
    context.localBarrier();
    for (int half = GROUP / 2; half > 0; half /= 2) {
      if (local < half) {
        parts[local] += parts[local + half];
      }
      context.localBarrier();
    }
    if (local == 0) {
      sums.set(row, parts[0]);
    }
  }

  public static void twice(KernelContext context, FloatArray in, FloatArray out) {
    int i = context.globalIdx;
    out.set(i, in.get(i) * 2f);
  }

  public static void addOne(KernelContext context, FloatArray values) {
    int i = context.globalIdx;
    values.set(i, values.get(i) + 1f);
  }

  public static void setOne(KernelContext context, FloatArray values, int index) {
    if (context.globalIdx == 0) {
      values.set(index, 1f);
    }
  }

  /** Writes what each work-item knows of itself, in the order of the grid. */
  public static void places(KernelContext context, IntArray out) {
    int width = context.globalGroupSizeX;
    int height = context.globalGroupSizeY;
    int i = (context.globalIdz * height + context.globalIdy) * width + context.globalIdx;
    int group = context.groupIdx + 10 * context.groupIdy + 100 * context.groupIdz;
    int local = context.localIdx + 10 * context.localIdy + 100 * context.localIdz;
    out.set(i, group * 1000 + local);
  }

  public static void countAll(KernelContext context, IntArray counter) {
    context.atomicAdd(counter, 0, 1);
  }

  public static void reverseInGroup(KernelContext context, IntArray in, IntArray out) {
    int local = context.localIdx;
    int size = context.localGroupSizeX;
    int first = context.groupIdx * size;
    int[] shared = shared(context);
    shared[local] = in.get(first + local);
    context.localBarrier();
    out.set(first + local, shared[size - 1 - local]);
  }

  private static int[] shared(KernelContext context) {
    return context.allocateIntLocalArray(GROUP);
  }

  public static void squares(IntArray out) {
    for (@Parallel int i = 0; i < out.getSize(); i++) {
      out.set(i, i * i);
    }
  }

  public static void privateSums(KernelContext context, FloatArray out) {
    float[] sums = new float[4];
    for (int k = 0; k < 4; k++) {
      sums[k] = k;
    }
    sums[1] += sums[2];
    out.set(context.globalIdx, sums[1] + sums[3]);
  }
}
