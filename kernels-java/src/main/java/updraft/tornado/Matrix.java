package updraft.tornado;

import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.tornado.kernel.Packing;

/**
 * Weights of one kind on the device: a matrix, or one of each layer of a part, one after the other.
 *
 * @param words integers; one element where there are none
 * @param factors scales and minima, or the weights themselves
 * @param kind {@link Packing}
 * @param blockFactors factors of a row's block
 * @param layered 1 where there is one of each layer
 * @param yOffset where its outputs go in a row
 * @param bias shape (all layers, outputs), or one element where {@code biased} is 0
 */
record Matrix(
    IntArray words,
    FloatArray factors,
    int kind,
    int blockFactors,
    int layered,
    int outputs,
    int blocks,
    int yOffset,
    FloatArray bias,
    int biased) {

  /** Bytes that a product reads of it. */
  long bytes() {
    long groups = (outputs + Packing.LANES - 1) / Packing.LANES;
    return 4 * groups * Packing.LANES * blocks * (Packing.words(kind) + blockFactors);
  }
}
