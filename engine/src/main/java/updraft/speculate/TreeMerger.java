package updraft.speculate;

import updraft.request.SpeculationOptions;

/** Makes one tree of two with the same root; prefixes that they share are there once. Reused. */
final class TreeMerger {
  /** Tags of nodes: which tree had them, the first where both did. */
  static final int FIRST = 0;

  static final int SECOND = 1;

  private static final int MOST = 2 * (SpeculationOptions.MAX_NODES + 1);

  // by merged node
  private final int[] ones = new int[MOST];
  private final int[] others = new int[MOST];
  private final int[] parents = new int[MOST];
  private final int[] tokens = new int[MOST];
  private final int[] tags = new int[MOST];
  private final float[] probabilities = new float[MOST];
  private final float[] paths = new float[MOST];
  private final LikeliestNodes likeliest = new LikeliestNodes();
  private final int[] moved = new int[MOST];
  private int size;

  /**
   * Adds the likeliest paths of both trees to one of the root alone.
   *
   * @param most nodes
   */
  void merge(DraftTree one, DraftTree other, int most, DraftTree into) {
    size = 0;
    put(0, 0, DraftTree.NONE, 0, FIRST, 1);
    paths[0] = 1;
    for (int node = 0; node < size; node++) {
      addChildren(node, one, other);
    }
    int kept = likeliest.choose(paths, size, most, 0);
    moved[0] = 0;
    for (int i = 0; i < kept; i++) {
      int node = likeliest.node(i);
      moved[node] = into.add(moved[parents[node]], tokens[node], probabilities[node], tags[node]);
    }
  }

  private void addChildren(int node, DraftTree one, DraftTree other) {
    int first = size;
    int a = ones[node];
    int b = others[node];
    if (a != DraftTree.NONE && a < one.size()) {
      for (int c = one.firstChild(a); c != DraftTree.NONE; c = one.nextSibling(c)) {
        int same = b == DraftTree.NONE ? DraftTree.NONE : child(other, b, one.token(c));
        float probability = one.probability(c);
        if (same != DraftTree.NONE) {
          probability = Math.max(probability, other.probability(same));
        }
        put(c, same, node, one.token(c), FIRST, probability);
      }
    }
    if (b != DraftTree.NONE && b < other.size()) {
      for (int c = other.firstChild(b); c != DraftTree.NONE; c = other.nextSibling(c)) {
        if (a == DraftTree.NONE || child(one, a, other.token(c)) == DraftTree.NONE) {
          put(DraftTree.NONE, c, node, other.token(c), SECOND, other.probability(c));
        }
      }
    }
    share(first, node);
  }

  private static int child(DraftTree tree, int node, int token) {
    return node < tree.size() ? tree.child(node, token) : DraftTree.NONE;
  }

  /** Children exclude one another: together they are no likelier than one. */
  private void share(int first, int parent) {
    float sum = 0;
    for (int i = first; i < size; i++) {
      sum += probabilities[i];
    }
    for (int i = first; i < size; i++) {
      if (sum > 1) {
        probabilities[i] /= sum;
      }
      paths[i] = paths[parent] * probabilities[i];
    }
  }

  private void put(int one, int other, int parent, int token, int tag, float probability) {
    ones[size] = one;
    others[size] = other;
    parents[size] = parent;
    tokens[size] = token;
    tags[size] = tag;
    probabilities[size++] = probability;
  }
}
