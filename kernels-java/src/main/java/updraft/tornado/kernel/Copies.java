package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Copies of what the host wants to see, into arrays that are wholly written: parts of an output
 * that no item writes come back as garbage. A work-item owns an element.
 */
public final class Copies {
  /** Work-items of a group. */
  public static final int ITEMS = 64;

  /** So that sums of finite numbers are finite. */
  private static final float TINY = 1e-10f;

  private Copies() {}

  /**
   * Reads an element of each array, so that TornadoVM takes it to the device: an array is copied
   * there for the first task that reads it, and graphs can hand on only what is there.
   */
  public static void hold(
      KernelContext context,
      FloatArray held,
      FloatArray a,
      FloatArray b,
      FloatArray c,
      FloatArray d,
      FloatArray e,
      FloatArray f,
      FloatArray g,
      FloatArray h,
      FloatArray i,
      FloatArray j,
      FloatArray k) {
    if (context.globalIdx == 0) {
      float first = a.get(0) + b.get(0) + c.get(0) + d.get(0) + e.get(0) + f.get(0);
      held.set(0, first + g.get(0) + h.get(0) + i.get(0) + j.get(0) + k.get(0));
    }
  }

  /** {@code to = from}; beyond the step's rows, zero. */
  public static void copyStates(
      KernelContext context, IntArray step, FloatArray from, FloatArray to, int columns, int size) {
    int at = context.globalIdx;
    if (at < size) {
      float value = 0f;
      if (at < step.get(Step.ROWS) * columns) {
        value = from.get(at);
      }
      to.set(at, value);
    }
  }

  /** {@code x = 0}. */
  public static void clear(KernelContext context, FloatArray x, int size) {
    int at = context.globalIdx;
    if (at < size) {
      x.set(at, 0f);
    }
  }

  /**
   * One number a row: not finite where one of its traces is not. What the host looks at each round.
   *
   * @param traces shape (norms, rows, 2): see {@link RmsNorm}
   * @param faults a row: zero beyond those of the step
   */
  public static void faults(
      KernelContext context,
      IntArray step,
      FloatArray traces,
      FloatArray faults,
      int norms,
      int rows) {
    int row = context.globalIdx;
    if (row < rows) {
      float sum = 0f;
      if (row < step.get(Step.ROWS)) {
        for (int norm = 0; norm < norms; norm++) {
          int at = (norm * rows + row) * 2;
          sum += traces.get(at) * TINY + traces.get(at + 1) * TINY;
        }
      }
      faults.set(row, sum);
    }
  }

  /** {@code to = from}. */
  public static void copyTraces(KernelContext context, FloatArray from, FloatArray to, int size) {
    int at = context.globalIdx;
    if (at < size) {
      to.set(at, from.get(at));
    }
  }
}
