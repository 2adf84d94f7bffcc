package updraft.sim.kernels;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Kernels each of which does one thing that a device punishes silently. */
public final class FaultyKernels {

  private FaultyKernels() {}

  public static void beyond(KernelContext context, FloatArray out) {
    out.set(context.globalIdx + 1, 1f);
  }

  public static void localBeyond(KernelContext context, FloatArray out) {
    float[] shared = context.allocateFloatLocalArray(4);
    shared[context.localIdx] = 1f;
    out.set(context.globalIdx, shared[context.localIdx]);
  }

  public static void localUnwritten(KernelContext context, FloatArray out) {
    float[] shared = context.allocateFloatLocalArray(8);
    if (context.localIdx < 6) {
      shared[context.localIdx] = 1f;
    }
    context.localBarrier();
    out.set(context.globalIdx, shared[context.localIdx]);
  }

  public static void privateUnwritten(KernelContext context, FloatArray out) {
    float[] sums = new float[4];
    sums[0] += 1f;
    out.set(context.globalIdx, sums[0]);
  }

  public static void halfWritten(KernelContext context, FloatArray out) {
    if (context.globalIdx % 2 == 0) {
      out.set(context.globalIdx, 1f);
    }
  }

  public static void localRace(KernelContext context, FloatArray out) {
    float[] shared = context.allocateFloatLocalArray(8);
    int local = context.localIdx;
    shared[local] = local;
    out.set(context.globalIdx, shared[local == 0 ? 0 : local - 1]);
  }

  public static void readThenWritten(KernelContext context, FloatArray values) {
    int i = context.globalIdx;
    float next = values.get((i + 1) % context.globalGroupSizeX);
    values.set(i, next);
  }

  public static void allWriteFirst(KernelContext context, FloatArray out) {
    out.set(context.globalIdx, 0f);
    context.globalBarrier();
    if (context.localIdx == 0) {
      out.set(0, 1f);
    }
  }

  public static void countWithoutAtomics(KernelContext context, IntArray counter) {
    counter.set(0, counter.get(0) + 1);
  }

  public static void someWait(KernelContext context, FloatArray out) {
    if (context.localIdx < 3) {
      context.localBarrier();
    }
    out.set(context.globalIdx, 1f);
  }

  public static void waitAtTwoPlaces(KernelContext context, FloatArray out) {
    if (context.localIdx < 3) {
      context.localBarrier();
    } else {
      context.localBarrier();
    }
    out.set(context.globalIdx, 1f);
  }

  public static void divides(KernelContext context, IntArray out) {
    out.set(context.globalIdx, 1 / (5 - context.globalIdx));
  }

  public static void tooMuchLocal(KernelContext context, FloatArray out) {
    float[] shared = context.allocateFloatLocalArray(20000);
    shared[context.localIdx] = 1f;
    out.set(context.globalIdx, shared[context.localIdx]);
  }

  public static void differentLocals(KernelContext context, FloatArray out) {
    float[] shared = context.allocateFloatLocalArray(context.localIdx < 2 ? 8 : 16);
    shared[context.localIdx] = 1f;
    out.set(context.globalIdx, shared[context.localIdx]);
  }

  public static void warpSum(KernelContext context, FloatArray out) {
    out.set(context.globalIdx, context.simdSum(1f));
  }

  public static void untouched() {}
}
