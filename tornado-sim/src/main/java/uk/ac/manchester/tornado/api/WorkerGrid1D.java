package uk.ac.manchester.tornado.api;

/** Work-items in 1 dimension. */
public class WorkerGrid1D extends AbstractWorkerGrid {

  /** How many dimensions it has. */
  public static final int DIM = 1;

  /** A grid of that many work-items in all. */
  public WorkerGrid1D(int x) {
    super(x, 1, 1);
  }

  @Override
  public int dimension() {
    return DIM;
  }
}
