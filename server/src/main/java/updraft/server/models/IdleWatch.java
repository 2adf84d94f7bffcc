package updraft.server.models;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks for idle models some times in an idle time; never, and without a thread, when that is 0.
 */
final class IdleWatch implements AutoCloseable {
  private static final int LOOKS_PER_IDLE_TIME = 4;

  private final @Nullable ScheduledExecutorService thread;

  IdleWatch(Duration idle, Runnable look) {
    if (idle.isZero()) {
      thread = null;
      return;
    }
    thread =
        Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("updraft-models").unstarted(task));
    long every = Math.max(1, idle.toMillis() / LOOKS_PER_IDLE_TIME);
    var _ = thread.scheduleWithFixedDelay(look, every, every, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    if (thread != null) {
      thread.shutdown();
    }
  }
}
