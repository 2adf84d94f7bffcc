package updraft.tornado;

import java.util.List;

/**
 * Layers whose weights share arrays, so that one graph serves them all: of equal kinds, and
 * together fewer than 2^31 words a matrix.
 *
 * @param layers the layers, in the order in which the arrays have them
 * @param projection query, key and value: one matrix, or as many as have kinds of their own
 * @param gateUp gate and up, likewise
 */
record LayerPart(
    List<Integer> layers,
    List<Matrix> projection,
    Matrix attentionOutput,
    List<Matrix> gateUp,
    Matrix down) {}
