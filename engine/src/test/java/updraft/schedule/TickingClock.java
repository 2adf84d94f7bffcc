package updraft.schedule;

import java.time.Duration;
import updraft.trace.TraceClock;

/** Each read is a microsecond later than the one before; time passes when told to. */
final class TickingClock implements TraceClock {
  private long nanos = -7_000_000; // negative, as a monotonic clock may be

  synchronized void advance(Duration duration) {
    nanos += duration.toNanos();
  }

  @Override
  public synchronized long nanoTime() {
    return nanos += 1_000;
  }

  @Override
  public synchronized long epochOffset() {
    return 1_700_000_000_000_000_000L;
  }
}
