package updraft.speculate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a network has drafted of one sequence in a round, before the best nodes become its tree:
 * children of a node stand side by side, levels one after the other, node 0 is the root. Reused;
 * not thread-safe.
 */
final class DraftNodes {
  static final int NONE = -1;
  private static final int MOST = 2048;

  private int[] tokens = new int[128];
  private int[] parents = new int[128];
  private int[] depths = new int[128];
  private int[] firstChildren = new int[128];
  private int[] childCounts = new int[128];

  /** The network's word that a node is taken after its parent. */
  private float[] said = new float[128];

  /** The same by experience, and the product of these along the path. */
  private float[] probabilities = new float[128];

  private float[] paths = new float[128];

  /** Where the keys and values are of a node that the network has seen, and its row then. */
  private int[] slots = new int[128];

  private int[] rows = new int[128];

  /** Its number among the ancestors of the current forward. */
  private int[] ancestors = new int[128];

  /** What children were drawn from, by token; of no length unless they are drawn. */
  private float[] @Nullable [] distributions = {};

  private int size;
  private final LikeliestNodes likeliest = new LikeliestNodes();
  private final int[] moved = new int[MOST];

  void reset() {
    Arrays.fill(distributions, null);
    size = 0;
    append(0, NONE, 0, 1, 1);
    paths[0] = 1;
  }

  int size() {
    return size;
  }

  boolean hasRoomFor(int count) {
    return size + count <= MOST;
  }

  /** Adds a node; children of a node one after the other. */
  int add(int parent, int token, float networkSaid, float probability) {
    if (childCounts[parent]++ == 0) {
      firstChildren[parent] = size;
    }
    int node = append(token, parent, depths[parent] + 1, networkSaid, probability);
    paths[node] = paths[parent] * probability;
    return node;
  }

  private int append(int token, int parent, int depth, float networkSaid, float probability) {
    if (size == tokens.length) {
      grow();
    }
    int node = size++;
    tokens[node] = token;
    parents[node] = parent;
    depths[node] = depth;
    said[node] = networkSaid;
    probabilities[node] = probability;
    firstChildren[node] = NONE;
    childCounts[node] = 0;
    slots[node] = NONE;
    return node;
  }

  private void grow() {
    int more = 2 * tokens.length;
    tokens = Arrays.copyOf(tokens, more);
    parents = Arrays.copyOf(parents, more);
    depths = Arrays.copyOf(depths, more);
    firstChildren = Arrays.copyOf(firstChildren, more);
    childCounts = Arrays.copyOf(childCounts, more);
    said = Arrays.copyOf(said, more);
    probabilities = Arrays.copyOf(probabilities, more);
    paths = Arrays.copyOf(paths, more);
    slots = Arrays.copyOf(slots, more);
    rows = Arrays.copyOf(rows, more);
    ancestors = Arrays.copyOf(ancestors, more);
  }

  /** The network is about to see a node, in a row of a forward. */
  void expand(int node, int slot, int row) {
    slots[node] = slot;
    rows[node] = row;
  }

  boolean expanded(int node) {
    return slots[node] != NONE;
  }

  int token(int node) {
    return tokens[node];
  }

  int parent(int node) {
    return parents[node];
  }

  int depth(int node) {
    return depths[node];
  }

  float said(int node) {
    return said[node];
  }

  float probability(int node) {
    return probabilities[node];
  }

  float path(int node) {
    return paths[node];
  }

  int slot(int node) {
    return slots[node];
  }

  int row(int node) {
    return rows[node];
  }

  int ancestor(int node) {
    return ancestors[node];
  }

  void ancestor(int node, int number) {
    ancestors[node] = number;
  }

  int firstChild(int node) {
    return firstChildren[node];
  }

  int children(int node) {
    return childCounts[node];
  }

  /** The child of a node that has a token, or {@link #NONE}. */
  int child(int node, int token) {
    for (int i = 0; i < childCounts[node]; i++) {
      if (tokens[firstChildren[node] + i] == token) {
        return firstChildren[node] + i;
      }
    }
    return NONE;
  }

  /** The least path of the best so many nodes: no child of a lesser one will be among the best. */
  float leastOfBest(int most) {
    return size - 1 <= most ? 0 : likeliest.least(paths, size, most);
  }

  /** Notes what a node's child was drawn from. */
  void distribution(int node, float[] probabilities) {
    if (distributions.length <= node) {
      distributions = Arrays.copyOf(distributions, tokens.length);
    }
    distributions[node] = probabilities;
  }

  /**
   * Copies the nodes of the likeliest paths to a tree of the root alone; of equals the earlier, so
   * that a node comes after its parent.
   *
   * @param most nodes
   * @param least a path that is less likely is left out
   */
  void copyBest(int most, double least, DraftTree tree) {
    int kept = likeliest.choose(paths, size, most, least);
    moved[0] = 0;
    for (int i = 0; i < kept; i++) {
      int node = likeliest.node(i);
      moved[node] = tree.add(moved[parents[node]], tokens[node], probabilities[node]);
      float @Nullable [] drawnFrom =
          parents[node] < distributions.length ? distributions[parents[node]] : null;
      if (drawnFrom != null) {
        tree.distribution(moved[parents[node]], drawnFrom);
      }
    }
  }
}
