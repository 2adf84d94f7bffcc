package updraft.cli;

import java.time.Duration;

/** Durations as options give them. */
final class Seconds {
  private static final double MOST = 1e9;

  private Seconds() {}

  static Duration of(String option, double seconds) {
    if (!(seconds >= 0 && seconds <= MOST)) {
      throw new IllegalArgumentException(
          option + " must be in [0, 1000000000] seconds: " + option + "=" + seconds);
    }
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
