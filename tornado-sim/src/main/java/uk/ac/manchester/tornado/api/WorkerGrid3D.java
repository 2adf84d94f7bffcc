package uk.ac.manchester.tornado.api;

/** Work-items in 3 dimensions. */
public class WorkerGrid3D extends AbstractWorkerGrid {

  /** How many dimensions it has. */
  public static final int DIM = 3;

  /** A grid of that many work-items in all. */
  public WorkerGrid3D(int x, int y, int z) {
    super(x, y, z);
  }

  @Override
  public int dimension() {
    return DIM;
  }
}
