package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;

/** Short dot products that kernels are made of; inlined. */
final class Dot {
  private Dot() {}

  /** Four weights with four columns from {@code at} on. */
  static float four(FloatArray x, int at, float w0, float w1, float w2, float w3) {
    return w0 * x.get(at) + w1 * x.get(at + 1) + w2 * x.get(at + 2) + w3 * x.get(at + 3);
  }
}
