package updraft.bench.kernel;

import updraft.kernel.Kernels;

/** What benchmarks name kernels by. */
final class KernelChoice {
  private KernelChoice() {}

  static Kernels of(String name) {
    return name.equals("native") ? Kernels.natively() : Kernels.of(-1);
  }
}
