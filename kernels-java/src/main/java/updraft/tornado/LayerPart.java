package updraft.tornado;

import java.util.List;
import java.util.Map;

/**
 * Pieces of layers whose weights share arrays, so that one graph serves them all.
 *
 * @param plan pieces, and the layers in the order in which the arrays have them
 * @param matrices of a piece: one, or as many as its tensors have types side by side
 */
record LayerPart(LayerPlan.Part plan, Map<Piece, List<Matrix>> matrices) {
  List<Matrix> matrices(Piece piece) {
    return matrices.getOrDefault(piece, List.of());
  }

  List<Matrix> all() {
    return plan.pieces().stream().flatMap(piece -> matrices(piece).stream()).toList();
  }
}
