package uk.ac.manchester.tornado.api;

/** How many work-items run a kernel, and in what groups. */
public interface WorkerGrid {

  /** 1, 2 or 3. */
  int dimension();

  /** Work-items in all, by dimension. */
  long[] getGlobalWork();

  /** Work-items of a group, by dimension; null until it is set. */
  long[] getLocalWork();

  /** Groups, by dimension; null until the local size is set. */
  long[] getNumberOfWorkgroups();

  /** Added to global ids. */
  long[] getGlobalOffset();

  /** Sets the work-items in all. */
  void setGlobalWork(long x, long y, long z);

  /** Sets the work-items of a group. */
  void setLocalWork(long x, long y, long z);

  /** Forgets the groups. */
  void setNumberOfWorkgroupsToNull();

  /** Leaves the local size to the driver. */
  void setLocalWorkToNull();

  /** Sets what is added to global ids. */
  void setGlobalOffset(long x, long y, long z);
}
