package updraft.browser;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendProvider;
import updraft.forward.HashBackend;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** The hash backend at a pace: what it writes repeats itself, and a forward takes a known time. */
public final class PacedBackend implements BackendProvider {
  static final String NAME = "paced-page";

  private static volatile long forwardNanos;

  /** From now on a forward takes at least this long. */
  static void pace(long nanos) {
    forwardNanos = nanos;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public @Nullable String unavailable() {
    return null;
  }

  @Override
  public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    HashBackend opened = (HashBackend) new HashBackend.Provider().open(config, weights, options);
    opened.beforeForward(new Pace()::await);
    return opened;
  }

  /** Keeps to a timetable, so that what one forward is late the next makes good. */
  private static final class Pace {
    private final Semaphore never = new Semaphore(0);
    private long due = System.nanoTime();

    void await() {
      long now = System.nanoTime();
      due = Math.max(due, now - 50_000_000) + forwardNanos;
      try {
        if (due > now && never.tryAcquire(due - now, TimeUnit.NANOSECONDS)) {
          throw new IllegalStateException();
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
