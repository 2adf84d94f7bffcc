package uk.ac.manchester.tornado.api;

import uk.ac.manchester.tornado.api.types.HalfFloat;
import uk.ac.manchester.tornado.api.types.arrays.DoubleArray;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.LongArray;
import updraft.sim.ContextAccess;
import updraft.sim.WorkItem;

/**
 * A work-item's place in its grid, its barriers and its group's memory. One made by a program
 * stands for that place when a task is added; the simulator passes each work-item its own.
 */
public class KernelContext implements ExecutionContext {

  static {
    ContextAccess.register(KernelContext::new);
  }

  public final Integer globalIdx;
  public final Integer globalIdy;
  public final Integer globalIdz;

  public final Integer groupIdx;
  public final Integer groupIdy;
  public final Integer groupIdz;

  public final Integer localIdx;
  public final Integer localIdy;
  public final Integer localIdz;

  /** Work-items in all, in each dimension. */
  public final Integer globalGroupSizeX;

  public final Integer globalGroupSizeY;
  public final Integer globalGroupSizeZ;

  /** Work-items of a group, in each dimension. */
  public final Integer localGroupSizeX;

  public final Integer localGroupSizeY;
  public final Integer localGroupSizeZ;

  private final WorkItem item;

  /** A stand-in, for the arguments of a task. */
  public KernelContext() {
    this(WorkItem.NONE);
  }

  private KernelContext(WorkItem item) {
    this.item = item;
    this.globalIdx = item.globalId(0);
    this.globalIdy = item.globalId(1);
    this.globalIdz = item.globalId(2);
    this.groupIdx = item.groupId(0);
    this.groupIdy = item.groupId(1);
    this.groupIdz = item.groupId(2);
    this.localIdx = item.localId(0);
    this.localIdy = item.localId(1);
    this.localIdz = item.localId(2);
    this.globalGroupSizeX = item.globalSize(0);
    this.globalGroupSizeY = item.globalSize(1);
    this.globalGroupSizeZ = item.globalSize(2);
    this.localGroupSizeX = item.localSize(0);
    this.localGroupSizeY = item.localSize(1);
    this.localGroupSizeZ = item.localSize(2);
  }

  @Override
  public void localBarrier() {
    item.barrier();
  }

  @Override
  public void globalBarrier() {
    item.barrier();
  }

  @Override
  public int[] allocateIntLocalArray(int size) {
    return item.local(int[].class, size);
  }

  @Override
  public byte[] allocateByteLocalArray(int size) {
    return item.local(byte[].class, size);
  }

  @Override
  public HalfFloat[] allocateHalfFloatLocalArray(int size) {
    return item.local(HalfFloat[].class, size);
  }

  @Override
  public long[] allocateLongLocalArray(int size) {
    return item.local(long[].class, size);
  }

  @Override
  public float[] allocateFloatLocalArray(int size) {
    return item.local(float[].class, size);
  }

  @Override
  public double[] allocateDoubleLocalArray(int size) {
    return item.local(double[].class, size);
  }

  /** Sum over the 32 work-items of a warp. The simulator refuses it: back ends differ. */
  public float simdSum(float val) {
    throw item.refused("simdSum");
  }

  /** Value of the work-item {@code delta} further. The simulator refuses it: back ends differ. */
  public float simdShuffleDown(float val, int delta) {
    throw item.refused("simdShuffleDown");
  }

  /** Value of the warp's first work-item. The simulator refuses it: back ends differ. */
  public float simdBroadcastFirst(float val) {
    throw item.refused("simdBroadcastFirst");
  }

  @Override
  public void atomicAdd(IntArray array, int index, int val) {
    item.atomically(() -> array.set(index, array.get(index) + val));
  }

  /** On a local array: the simulator refuses it, for no back end has it right. */
  @Override
  public void atomicAdd(int[] array, int index, int val) {
    throw item.refused("atomicAdd on int[]");
  }

  @Override
  public void atomicAdd(LongArray array, int index, long val) {
    item.atomically(() -> array.set(index, array.get(index) + val));
  }

  @Override
  public void atomicAdd(FloatArray array, int index, float val) {
    item.atomically(() -> array.set(index, array.get(index) + val));
  }

  @Override
  public void atomicAdd(DoubleArray array, int index, double val) {
    item.atomically(() -> array.set(index, array.get(index) + val));
  }
}
