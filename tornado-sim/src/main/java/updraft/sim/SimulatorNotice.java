package updraft.sim;

import java.util.concurrent.atomic.AtomicBoolean;

/** Says once that this is no GPU. */
final class SimulatorNotice {

  private static final AtomicBoolean SAID = new AtomicBoolean();

  private SimulatorNotice() {}

  static void once() {
    if (SAID.compareAndSet(false, true)) {
      System.getLogger("updraft.sim")
          .log(
              System.Logger.Level.WARNING,
              "TornadoVM is simulated: kernels run on this JVM, checked and slow, and no time says"
                  + " anything about a GPU");
    }
  }
}
