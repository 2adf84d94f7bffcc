package updraft.record;

/**
 * A draft as it was, in breadth-first order, node 0 being the root. Arrays are by node and not
 * copied: nobody changes them.
 *
 * @param tokens token ids
 * @param parents parent nodes, -1 for the root's
 * @param probabilities the drafter's own, that the target takes the token after its parent's path
 * @param paths the engine's, that the whole path down to the node is taken: the drafter's corrected
 *     by experience; what the draft budget chooses by
 */
@SuppressWarnings("ArrayRecordComponent") // never mutated after construction
public record TreeRecord(int[] tokens, int[] parents, float[] probabilities, float[] paths) {

  /** Nodes, the root included. */
  public int size() {
    return tokens.length;
  }

  /** Edges from the root. */
  public int depth(int node) {
    int depth = 0;
    for (int n = node; parents[n] >= 0; n = parents[n]) {
      depth++;
    }
    return depth;
  }

  /** Length of the longest path below the root. */
  public int depth() {
    return size() == 0 ? 0 : depth(size() - 1);
  }

  /** The nodes but the root, likeliest path first, of equals the earlier. */
  int[] byLikelihood() {
    int[] order = new int[size() - 1];
    for (int node = 1; node < size(); node++) {
      int at = node - 1;
      while (at > 0 && paths[order[at - 1]] < paths[node]) {
        order[at] = order[at - 1];
        at--;
      }
      order[at] = node;
    }
    return order;
  }
}
