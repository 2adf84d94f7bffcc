package uk.ac.manchester.tornado.api;

/** Work-items in 2 dimensions. */
public class WorkerGrid2D extends AbstractWorkerGrid {

  /** How many dimensions it has. */
  public static final int DIM = 2;

  /** A grid of that many work-items in all. */
  public WorkerGrid2D(int x, int y) {
    super(x, y, 1);
  }

  @Override
  public int dimension() {
    return DIM;
  }
}
