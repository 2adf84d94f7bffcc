package updraft.bench;

import java.util.Collection;
import java.util.Collections;

/** Repeated measurements: the middle one, the least and the most. */
public record Spread(double median, double low, double high) {
  static Spread of(Collection<Double> values) {
    return new Spread(Median.of(values), Collections.min(values), Collections.max(values));
  }
}
