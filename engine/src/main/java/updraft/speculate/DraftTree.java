package updraft.speculate;

/**
 * A draft as flat arrays in breadth-first order. Node 0 is the root, the last committed token,
 * which is not drafted; every other node is a drafted token after its parent's. Children of a node
 * have distinct tokens. Reused between rounds; not thread-safe.
 */
public final class DraftTree {
  /** No such node. */
  public static final int NONE = -1;

  private final int[] tokens;
  private final int[] parents;
  private final int[] depths;
  private final float[] probabilities;
  private final int[] firstChildren;
  private final int[] nextSiblings;

  /** By old node its new one, while nodes are dropped. */
  private final int[] moved;

  private int size;

  /**
   * @param maxNodes most drafted tokens, the root not counted
   */
  public DraftTree(int maxNodes) {
    int capacity = maxNodes + 1;
    tokens = new int[capacity];
    parents = new int[capacity];
    depths = new int[capacity];
    probabilities = new float[capacity];
    firstChildren = new int[capacity];
    nextSiblings = new int[capacity];
    moved = new int[capacity];
  }

  /** Makes this the tree of the root alone. */
  public void reset(int rootToken) {
    size = 0;
    append(rootToken, NONE, 0, 1);
  }

  /**
   * Adds a drafted token and returns its node. Nodes must come in breadth-first order: no parent
   * before the previous node's parent.
   *
   * @param probability the drafter's estimate, in [0, 1], that the target takes this token after
   *     its parent's path
   */
  public int add(int parent, int token, float probability) {
    if (parent < 0 || parent >= size || parent < parents[size - 1]) {
      throw new IllegalArgumentException(
          "parent must be a node not before the previous node's parent: parent=" + parent);
    }
    if (child(parent, token) != NONE) {
      throw new IllegalArgumentException(
          "children of a node must have distinct tokens: parent=" + parent + ", token=" + token);
    }
    return append(token, parent, depths[parent] + 1, probability);
  }

  /**
   * Keeps the nodes whose probability is at least {@code least}, and of those the first {@code
   * most}. A path's probability never grows, so the parents of what is kept are kept.
   */
  public void keepLikeliest(float least, int most) {
    int old = size;
    size = Math.min(size, 1);
    firstChildren[0] = NONE;
    for (int node = 1; node < old && size <= most; node++) {
      int parent = parents[node];
      int kept = parent == 0 ? 0 : moved[parent];
      moved[node] = NONE;
      if (probabilities[node] >= least && kept != NONE) {
        moved[node] = append(tokens[node], kept, depths[node], probabilities[node]);
      }
    }
  }

  private int append(int token, int parent, int depth, float probability) {
    int node = size++;
    tokens[node] = token;
    parents[node] = parent;
    depths[node] = depth;
    probabilities[node] = probability;
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
