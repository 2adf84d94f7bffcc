package updraft.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.function.DoubleSupplier;
import java.util.stream.DoubleStream;

/** The middle of repeated measurements; what disturbs a few of them does not move it. */
final class Median {
  private Median() {}

  /** Mean of the two in the middle when their number is even; NaN of none. */
  static double of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  static double of(Collection<Double> values) {
    return of(values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  static double of(int repetitions, DoubleSupplier measurement) {
    return of(DoubleStream.generate(measurement).limit(repetitions).toArray());
  }

  /** The standard error of a median of normal noise, by the median distance from it. */
  static double error(double... values) {
    double middle = of(values);
    double[] distances = Arrays.stream(values).map(value -> Math.abs(value - middle)).toArray();
    return 1.4826 * of(distances) * 1.2533 / Math.sqrt(values.length);
  }
}
