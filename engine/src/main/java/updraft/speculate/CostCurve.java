package updraft.speculate;

import java.util.Arrays;

/**
 * Seconds of a step by its number of rows, as measured on this machine: known at some numbers of
 * rows, refined while running, straight lines between, never falling. Not thread-safe.
 */
public final class CostCurve {
  /** Steps with more rows are not told apart. */
  public static final int MAX_ROWS = 128;

  /** Weight of the latest measurement. */
  private static final double STEP = 0.05;

  /** A measurement counts for at most this many times the estimate: a thread may lose its core. */
  private static final double OUTLIER = 1.5;

  /** By rows; 0 where nothing was measured. */
  private final double[] measured = new double[MAX_ROWS + 1];

  private final double[] curve = new double[MAX_ROWS + 1];

  /** A curve on which a row costs a tenth of the first, until something is measured. */
  public CostCurve() {
    for (int rows = 1; rows <= MAX_ROWS; rows++) {
      curve[rows] = 0.9 + 0.1 * rows;
    }
  }

  /** Seconds of a step with this many rows, at least 1. */
  public double seconds(int rows) {
    return rows <= MAX_ROWS
        ? curve[rows]
        : curve[MAX_ROWS]
            + (rows - MAX_ROWS) * (curve[MAX_ROWS] - curve[MAX_ROWS / 2]) * 2 / MAX_ROWS;
  }

  /** Takes a measurement from the calibration at start: the first one replaces the guess. */
  public void calibrate(int rows, double seconds) {
    if (rows >= 1 && rows <= MAX_ROWS) {
      measured[rows] = seconds;
      draw();
    }
  }

  /** Takes what a step took. */
  public void observe(int rows, double seconds) {
    if (rows < 1 || rows > MAX_ROWS) {
      return;
    }
    if (measured[rows] == 0) {
      measured[rows] = Math.min(seconds, OUTLIER * curve[rows]);
    }
    double taken = Math.min(seconds, OUTLIER * measured[rows]);
    measured[rows] += STEP * (taken - measured[rows]);
    draw();
  }

  private void draw() {
    int known = 0;
    for (int rows = 1; rows <= MAX_ROWS; rows++) {
      if (measured[rows] == 0) {
        continue;
      }
      double value = known == 0 ? measured[rows] : Math.max(measured[rows], curve[known]);
      if (known == 0) {
        Arrays.fill(curve, 1, rows, value);
      } else {
        for (int between = known + 1; between < rows; between++) {
          double part = (double) (between - known) / (rows - known);
          curve[between] = curve[known] + part * (value - curve[known]);
        }
      }
      curve[rows] = value;
      known = rows;
    }
    double slope = known > 1 ? (curve[known] - curve[1]) / (known - 1) : 0.1 * curve[1];
    for (int rows = known + 1; rows <= MAX_ROWS; rows++) {
      curve[rows] = curve[rows - 1] + slope;
    }
  }
}
