package updraft.server;

import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendProvider;
import updraft.forward.HashBackend;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** The hash backend under the test's control: how fast it is, where it fails. */
public final class PacedBackend implements BackendProvider {
  private static volatile @Nullable HashBackend latest;
  private static volatile Semaphore gate = new Semaphore(0);

  /** The one that was opened last. */
  static HashBackend latest() {
    return Objects.requireNonNull(latest);
  }

  /** From now on a forward takes about this long. */
  static void pace(HashBackend backend, int millis) {
    Semaphore never = new Semaphore(0);
    backend.beforeForward(
        () -> {
          try {
            if (never.tryAcquire(millis, TimeUnit.MILLISECONDS)) {
              throw new IllegalStateException();
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** From now on a forward waits for a permit; a test's last act is to give plenty. */
  static Semaphore gate(HashBackend backend) {
    Semaphore held = gate;
    backend.beforeForward(held::acquireUninterruptibly);
    return held;
  }

  /** Lets every forward go that waits or will. */
  static void openGate() {
    gate.release(1 << 20);
  }

  @Override
  public String name() {
    return "paced";
  }

  @Override
  public @Nullable String unavailable() {
    return null;
  }

  @Override
  public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    gate = new Semaphore(0);
    Backend opened = new HashBackend.Provider().open(config, weights, options);
    latest = (HashBackend) opened;
    return opened;
  }
}
