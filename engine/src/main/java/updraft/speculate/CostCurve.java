package updraft.speculate;

/**
 * Seconds of a step by its number of rows, as measured on this machine. Known at some numbers of
 * rows, refined while running, straight lines between, never falling.
 *
 * <p>Estimates are logarithms that follow measurements in steps limited to a few of their usual
 * deviations: a step that lost its core for a while moves them little, a lasting change moves them
 * all the way. Half of every correction goes to all numbers of rows, since most changes (a longer
 * context, a slower clock, a neighbour on the machine) are not of one alone. Not thread-safe.
 */
public final class CostCurve {
  /** Calibration beyond is of no use; longer steps are estimated from the slope before. */
  public static final int MAX_ROWS = 128;

  /** Numbers of rows that have estimates: each where kernels work by tiles, then fewer. */
  private static final int[] KNOTS = {
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 20, 24, 32, 48, 64, 96, MAX_ROWS
  };

  /**
   * Cost of a further row, the first being 1, where nothing is known: what 1 to 16 rows of
   * SmolLM2-135M Q4_1 were measured to cost with AVX-512.
   */
  private static final double GUESS = 0.4;

  /** Weight of the latest measurement, once there are as many as its inverse. */
  private static final double STEP = 0.1;

  /** Weight of the latest deviation. */
  private static final double DEVIATION_STEP = 0.05;

  /** Part of a correction that all numbers of rows share. */
  private static final double SHARED = 0.5;

  /** A measurement moves an estimate as if it were off by at most so many deviations. */
  private static final double LIMIT = 3;

  private static final double LEAST_DEVIATION = 0.01;
  private static final double FIRST_DEVIATION = 0.05;

  /** By knot: the natural logarithm of the seconds. */
  private final double[] logs = new double[KNOTS.length];

  /** By knot: mean distance of measurements from {@link #logs}. */
  private final double[] deviations = new double[KNOTS.length];

  /** By knot: measurements, as far as they matter; 0 where only neighbours were measured. */
  private final int[] counts = new int[KNOTS.length];

  /** By knot: seconds, never falling. */
  private final double[] curve = new double[KNOTS.length];

  private boolean measured;

  /** A curve on which a further row costs what CPUs take, until something is measured. */
  public CostCurve() {
    for (int knot = 0; knot < KNOTS.length; knot++) {
      logs[knot] = Math.log(1 - GUESS + GUESS * KNOTS[knot]);
      deviations[knot] = FIRST_DEVIATION;
    }
    draw();
  }

  /** Seconds of a step with this many rows, at least 1. */
  public double seconds(int rows) {
    int knot = knotBefore(rows);
    double slope = (curve[knot + 1] - curve[knot]) / (KNOTS[knot + 1] - KNOTS[knot]);
    return curve[knot] + (rows - KNOTS[knot]) * slope;
  }

  /** The last knot but one at most, so that there is a next one. */
  private static int knotBefore(int rows) {
    int knot = Math.min(rows - 1, KNOTS.length - 2);
    while (KNOTS[knot] > rows) {
      knot--;
    }
    return knot;
  }

  /** Takes a measurement from the calibration at start, replacing what was there. */
  public void calibrate(int rows, double seconds) {
    check(rows, seconds);
    if (rows > MAX_ROWS) {
      return;
    }
    if (!measured) {
      shiftAll(Math.log(seconds / seconds(rows)));
      measured = true;
    }
    int knot = nearest(rows);
    logs[knot] = Math.log(seconds);
    counts[knot] = 1;
    interpolate();
    draw();
  }

  /** Takes what a step took. */
  public void observe(int rows, double seconds) {
    check(rows, seconds);
    if (rows > MAX_ROWS) {
      return;
    }
    double off = Math.log(seconds / seconds(rows));
    if (!measured) {
      shiftAll(off);
      measured = true;
      draw();
      return;
    }
    int knot = nearest(rows);
    counts[knot] = Math.min(counts[knot] + 1, (int) (1 / STEP));
    double limit = LIMIT * deviations[knot];
    // deviations may double: what seems an outlier again and again is the new normal
    double distance = Math.min(Math.abs(off), 2 * limit);
    deviations[knot] =
        Math.max(
            LEAST_DEVIATION, deviations[knot] + DEVIATION_STEP * (distance - deviations[knot]));
    double correction = Math.clamp(off, -limit, limit) / counts[knot];
    shiftAll(SHARED * correction);
    logs[knot] += (1 - SHARED) * correction;
    draw();
  }

  private static void check(int rows, double seconds) {
    if (rows < 1 || !(seconds > 0) || Double.isInfinite(seconds)) {
      throw new IllegalArgumentException(
          "rows must be at least 1 and seconds positive: rows=" + rows + ", seconds=" + seconds);
    }
  }

  private static int nearest(int rows) {
    int knot = knotBefore(rows);
    return 2 * rows > KNOTS[knot] + KNOTS[knot + 1] ? knot + 1 : knot;
  }

  private void shiftAll(double log) {
    for (int knot = 0; knot < KNOTS.length; knot++) {
      logs[knot] += log;
    }
  }

  /** Draws knots that were never measured between, or on from, those that were. */
  private void interpolate() {
    int before = -1;
    for (int knot = 0; knot < KNOTS.length; knot++) {
      if (counts[knot] > 0) {
        for (int k = before + 1; k < knot; k++) {
          logs[k] = before < 0 ? logs[knot] : Math.log(line(before, knot, k));
        }
        before = knot;
      }
    }
    for (int k = before + 1; k < KNOTS.length; k++) {
      // from one point on as the guess has it, from several as from the first to the last
      double first = Math.exp(logs[0]);
      double last = Math.exp(logs[before]);
      double slope = before == 0 ? GUESS * first : (last - first) / (KNOTS[before] - KNOTS[0]);
      logs[k] = Math.log(last + Math.max(0, slope) * (KNOTS[k] - KNOTS[before]));
    }
  }

  private double line(int from, int to, int knot) {
    double part = (double) (KNOTS[knot] - KNOTS[from]) / (KNOTS[to] - KNOTS[from]);
    return Math.exp(logs[from]) * (1 - part) + Math.exp(logs[to]) * part;
  }

  private void draw() {
    double most = 0;
    for (int knot = 0; knot < KNOTS.length; knot++) {
      most = Math.max(most, Math.exp(logs[knot]));
      curve[knot] = most;
    }
  }
}
