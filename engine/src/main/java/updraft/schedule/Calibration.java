package updraft.schedule;

import java.util.Arrays;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.RowBatch;
import updraft.speculate.CostCurve;

/** Measures what a step costs by rows, before anything is served. */
public final class Calibration {
  private static final int[] ROWS = {1, 2, 4, 8, 16};
  private static final int CONTEXT = 128;
  private static final int REPETITIONS = 3;

  private Calibration() {}

  /**
   * Runs chains of rows after a context of nothing in particular; no sequence may hold pages yet.
   */
  public static void run(Backend backend, CostCurve costs) {
    int positions = CONTEXT + ROWS[ROWS.length - 1];
    int pages = PageTable.pagesFor(positions);
    if (backend.pages() < pages) {
      return; // too little memory for a context worth measuring; rounds will teach
    }
    PageTable table = new PageTable();
    for (int page = 0; page < pages; page++) {
      table.add(page);
    }
    RowBatch batch = new RowBatch(ROWS[ROWS.length - 1]);
    for (int start = 0; start < positions; start += batch.maxRows()) {
      chain(batch, table, start, Math.min(batch.maxRows(), positions - start), false);
      backend.forward(batch);
    }
    for (int rows : ROWS) {
      if (rows > backend.maxLogitsRows()) {
        return;
      }
      long[] nanos = new long[REPETITIONS];
      for (int i = 0; i < REPETITIONS; i++) {
        chain(batch, table, CONTEXT, rows, true);
        long start = System.nanoTime();
        backend.forward(batch);
        nanos[i] = System.nanoTime() - start;
      }
      Arrays.sort(nanos);
      costs.calibrate(rows, nanos[REPETITIONS / 2] * 1e-9);
    }
  }

  private static void chain(RowBatch batch, PageTable table, int start, int rows, boolean logits) {
    batch.clear();
    int parent = RowBatch.COMMITTED;
    for (int i = 0; i < rows; i++) {
      int position = start + i;
      parent = batch.add(i, position, table, table.slot(position), parent, logits);
    }
  }
}
