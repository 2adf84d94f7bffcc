package updraft.trace;

import java.time.Clock;
import java.time.Instant;

/** Where stamps come from. Thread-safe. */
public interface TraceClock {
  /** The machine's clocks. */
  TraceClock SYSTEM =
      new TraceClock() {
        private final Clock wall = Clock.systemUTC();

        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public long epochNanos() {
          Instant now = wall.instant();
          return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }
      };

  /** Monotonic nanoseconds of no fixed origin. */
  long nanoTime();

  /** Wall-clock nanoseconds since 1970; read once per trace. */
  long epochNanos();
}
