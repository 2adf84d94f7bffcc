package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;

/** What a kernel may ask of its work-group. */
public interface ExecutionContext {

  /** Waits for the group; orders local memory. */
  void localBarrier();

  /** Waits for the group, not for other groups; orders global memory. */
  void globalBarrier();

  /** Memory of the group. */
  int[] allocateIntLocalArray(int size);

  /** Memory of the group. */
  long[] allocateLongLocalArray(int size);

  /** Memory of the group. */
  float[] allocateFloatLocalArray(int size);

  /** Memory of the group. */
  double[] allocateDoubleLocalArray(int size);

  /** Memory of the group. */
  byte[] allocateByteLocalArray(int size);

  /** Memory of the group. */
  HalfFloat[] allocateHalfFloatLocalArray(int size);

  /** Adds, whole against other work-items. */
  void atomicAdd(IntArray array, int index, int val);

  /** Adds, whole against other work-items. */
  void atomicAdd(int[] array, int index, int val);

  /** Adds, whole against other work-items. */
  void atomicAdd(LongArray array, int index, long val);

  /** Adds, whole against other work-items. */
  void atomicAdd(FloatArray array, int index, float val);

  /** Adds, whole against other work-items. */
  void atomicAdd(DoubleArray array, int index, double val);
}
