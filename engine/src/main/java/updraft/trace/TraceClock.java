package updraft.trace;

import java.time.Clock;
import java.time.Instant;

/** Where stamps come from. Thread-safe. */
public interface TraceClock {
  /** The machine's clocks. */
  TraceClock SYSTEM =
      new TraceClock() {
        private static final long CLOSE_NANOS = 20_000;
        private static final int ATTEMPTS = 5;
        private final Clock wall = Clock.systemUTC();

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public long epochOffset() {
          long best = Long.MAX_VALUE;
          long offset = 0;
          for (int attempt = 0; attempt < ATTEMPTS && best > CLOSE_NANOS; attempt++) {
            long before = System.nanoTime();
            Instant now = wall.instant();
            long after = System.nanoTime();
            if (after - before < best) {
              best = after - before;
              offset = now.getEpochSecond() * 1_000_000_000L + now.getNano() - after;
            }
          }
          return offset;
        }
      };

  /** Monotonic nanoseconds of no fixed origin. */
  long nanoTime();

  /**
   * What makes a stamp of {@link #nanoTime} wall-clock nanoseconds since 1970; asked once per
   * trace. Of several pairs of reads the closest counts: a thread that lost its core between two
   * would be off by milliseconds, and its spans would leave their parents.
   */
  long epochOffset();
}
