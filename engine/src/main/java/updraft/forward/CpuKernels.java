package updraft.forward;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import updraft.forward.BackendOptions.Lanes;
import updraft.kernel.Kernels;

/** Chooses the kernels of a backend, and says once what was chosen and why. */
final class CpuKernels {
  private static final Logger LOG = System.getLogger(CpuKernels.class.getName());

  private static final AtomicBoolean SAID = new AtomicBoolean();

  private CpuKernels() {}

  /**
   * @throws IllegalArgumentException if they were asked for and cannot be had; says why
   */
  static Kernels choose(Lanes lanes) {
    return switch (lanes) {
      case AUTO -> best();
      case NATIVE -> Kernels.natively();
      case VECTOR -> Kernels.of(-1);
      case SCALAR -> Kernels.of(0);
      case BITS_128 -> Kernels.of(128);
      case BITS_256 -> Kernels.of(256);
      case BITS_512 -> Kernels.of(512);
    };
  }

  private static Kernels best() {
    String problem = Kernels.nativeProblem();
    Kernels kernels = problem == null ? Kernels.natively() : Kernels.of(-1);
    if (!SAID.getAndSet(true)) {
      String reason =
          problem == null ? "the best that this processor has" : "no native ones, " + problem;
      LOG.log(Level.INFO, "kernels: {0}; {1}", kernels.name(), reason);
    }
    return kernels;
  }
}
