package updraft.speculate;

import org.jspecify.annotations.Nullable;

/**
 * A draft as flat arrays in breadth-first order. Node 0 is the root, the last committed token,
 * which is not drafted; every other node is a drafted token after its parent's. Children of a node
 * have distinct tokens. Reused between rounds; not thread-safe.
 */
public final class DraftTree {
  /** No such node. */
  public static final int NONE = -1;

  /** Sets of nodes are the bits of a long. */
  private static final int MAX_SIZE = Long.SIZE;

  private final int[] tokens;
  private final int[] parents;
  private final int[] depths;
  private final float[] probabilities;

  /** The drafter's own mark of where a token came from. */
  private final int[] tags;

  /** By node: what the drafter drew its children from, or null. */
  private final float[] @Nullable [] distributions;

  private final int[] firstChildren;
  private final int[] nextSiblings;
  private int size;

  /**
   * @param maxNodes most drafted tokens, the root not counted; at most 63
   */
  public DraftTree(int maxNodes) {
    int capacity = maxNodes + 1;
    if (maxNodes < 0 || capacity > MAX_SIZE) {
      throw new IllegalArgumentException(
          "maxNodes must be in [0, " + (MAX_SIZE - 1) + "]: maxNodes=" + maxNodes);
    }
    tokens = new int[capacity];
    parents = new int[capacity];
    depths = new int[capacity];
    probabilities = new float[capacity];
    tags = new int[capacity];
    distributions = new float[capacity][];
    firstChildren = new int[capacity];
    nextSiblings = new int[capacity];
  }

  /** Makes this the tree of the root alone. */
  public void reset(int rootToken) {
    size = 0;
    append(rootToken, NONE, 0, 1, 0);
  }

  /** {@link #add(int, int, float, int)} without a tag. */
  public int add(int parent, int token, float probability) {
    return add(parent, token, probability, 0);
  }

  /**
   * Adds a drafted token and returns its node. Nodes must come in breadth-first order: no parent
   * before the previous node's parent.
   *
   * @param probability the drafter's estimate, in [0, 1], that the target takes this token after
   *     its parent's path
   * @param tag the drafter's own mark, which stays with the node
   */
  public int add(int parent, int token, float probability, int tag) {
    if (size == tokens.length) {
      throw new IllegalStateException("nodes must be at most maxNodes: maxNodes=" + maxNodes());
    }
    if (parent < 0 || parent >= size || parent < parents[size - 1]) {
      throw new IllegalArgumentException(
          "parent must be a node not before the previous node's parent: parent=" + parent);
    }
    if (child(parent, token) != NONE) {
      throw new IllegalArgumentException(
          "children of a node must have distinct tokens: parent=" + parent + ", token=" + token);
    }
    return append(token, parent, depths[parent] + 1, probability, tag);
  }

  /**
   * Drops the other nodes; those that stay are renumbered in the same order.
   *
   * @param nodes bit n is node n; with every node its parent, the root always
   */
  public void retain(long nodes) {
    for (int node = 0; node < size; node++) {
      if (contains(nodes, node) && node > 0 && !contains(nodes, parents[node])) {
        throw new IllegalArgumentException("a kept node's parent must be kept: node=" + node);
      }
    }
    int old = size;
    size = 0;
    for (int node = 0; node < old; node++) {
      if (contains(nodes, node)) {
        int parent = parents[node];
        // a kept node's new number is the count of kept nodes before it
        int moved = parent == NONE ? NONE : Long.bitCount(nodes & ((1L << parent) - 1));
        float @Nullable [] distribution = distributions[node];
        int kept = append(tokens[node], moved, depths[node], probabilities[node], tags[node]);
        distributions[kept] = distribution;
      }
    }
  }

  private static boolean contains(long nodes, int node) {
    return (nodes >>> node & 1) != 0;
  }

  private int append(int token, int parent, int depth, float probability, int tag) {
    int node = size++;
    tokens[node] = token;
    parents[node] = parent;
    depths[node] = depth;
    probabilities[node] = probability;
    tags[node] = tag;
    distributions[node] = null;
    firstChildren[node] = NONE;
    nextSiblings[node] = NONE;
    if (parent != NONE) {
      if (firstChildren[parent] == NONE) {
        firstChildren[parent] = node;
      } else {
        nextSiblings[node - 1] = node; // siblings are neighbours in breadth-first order
      }
    }
    return node;
  }

  /** Nodes, the root included; 0 before the first {@link #reset}. */
  public int size() {
    return size;
  }

  /** Drafted tokens: all nodes but the root. */
  public int draftedTokens() {
    return Math.max(0, size - 1);
  }

  /** Most drafted tokens that fit. */
  public int maxNodes() {
    return tokens.length - 1;
  }

  public int token(int node) {
    return tokens[node];
  }

  /** The parent's node, or {@link #NONE} for the root. */
  public int parent(int node) {
    return parents[node];
  }

  /** Edges from the root. */
  public int depth(int node) {
    return depths[node];
  }

  public float probability(int node) {
    return probabilities[node];
  }

  /** What the drafter marked the node with. */
  public int tag(int node) {
    return tags[node];
  }

  /** Notes what a node's child was drawn from, by token; stays the drafter's until verified. */
  void distribution(int node, float[] probabilitiesByToken) {
    distributions[node] = probabilitiesByToken;
  }

  /** What a node's child was drawn from, or null when it was not drawn. */
  float @Nullable [] distribution(int node) {
    return distributions[node];
  }

  public int firstChild(int node) {
    return firstChildren[node];
  }

  public int nextSibling(int node) {
    return nextSiblings[node];
  }

  /** The child of a node that has this token, or {@link #NONE}. */
  public int child(int node, int token) {
    for (int c = firstChildren[node]; c != NONE; c = nextSiblings[c]) {
      if (tokens[c] == token) {
        return c;
      }
    }
    return NONE;
  }

  /** Length of the longest path below the root. */
  public int depth() {
    return size == 0 ? 0 : depths[size - 1];
  }
}
