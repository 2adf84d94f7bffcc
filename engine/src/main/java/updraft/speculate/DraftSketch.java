package updraft.speculate;

import java.util.Arrays;

/**
 * A draft while it is found, node by node in any order; then copied to a {@link DraftTree} breadth
 * first, siblings in order of discovery. Reused; not thread-safe.
 */
final class DraftSketch {
  static final int ROOT = 0;
  static final int NONE = DraftTree.NONE;

  private final int[] tokens;
  private final int[] parents;
  private final int[] depths;
  private final float[] probabilities;
  private final int[] tags;
  private final int[] firstChildren;
  private final int[] lastChildren;
  private final int[] nextSiblings;
  private final int[] childCounts;

  /** Probability that none of the children is taken. */
  private final float[] remainders;

  /** Nodes in breadth-first order, and where each went; for {@link #copyTo}. */
  private final int[] queue;

  private final int[] moved;

  private int size;
  private int limit;
  private int maxDepth;
  private int maxChildren;

  /**
   * @param maxNodes most drafted tokens
   */
  DraftSketch(int maxNodes) {
    int capacity = maxNodes + 1;
    tokens = new int[capacity];
    parents = new int[capacity];
    depths = new int[capacity];
    probabilities = new float[capacity];
    tags = new int[capacity];
    firstChildren = new int[capacity];
    lastChildren = new int[capacity];
    nextSiblings = new int[capacity];
    childCounts = new int[capacity];
    remainders = new float[capacity];
    queue = new int[capacity];
    moved = new int[capacity];
  }

  /** Begins a draft of at most so many tokens, so deep, with so many children of a node. */
  void start(int nodes, int depth, int children) {
    limit = Math.min(nodes + 1, tokens.length);
    maxDepth = depth;
    maxChildren = children;
    Arrays.fill(childCounts, 0, limit, 0);
    Arrays.fill(firstChildren, 0, limit, NONE);
    Arrays.fill(remainders, 0, limit, 1);
    depths[ROOT] = 0;
    size = 1;
  }

  boolean isFull() {
    return size >= limit;
  }

  /** The node of a parent's token, or {@link #NONE}. */
  int find(int parent, int token) {
    int child = firstChildren[parent];
    while (child != NONE && tokens[child] != token) {
      child = nextSiblings[child];
    }
    return child;
  }

  /** Whether a child may be added here. */
  boolean hasRoom(int parent) {
    return size < limit && depths[parent] < maxDepth && childCounts[parent] < maxChildren;
  }

  /**
   * Adds a token that {@link #find} did not find, where {@link #hasRoom} allows it.
   *
   * @param probability that it is taken if none of the parent's earlier children is
   */
  int add(int parent, int token, float probability, int tag) {
    int node = size++;
    tokens[node] = token;
    parents[node] = parent;
    depths[node] = depths[parent] + 1;
    probabilities[node] = probability * remainders[parent];
    remainders[parent] -= probabilities[node];
    tags[node] = tag;
    nextSiblings[node] = NONE;
    if (firstChildren[parent] == NONE) {
      firstChildren[parent] = node;
    } else {
      nextSiblings[lastChildren[parent]] = node;
    }
    lastChildren[parent] = node;
    childCounts[parent]++;
    return node;
  }

  /** Adds all nodes below the root of a tree that holds only its root. */
  void copyTo(DraftTree tree) {
    queue[0] = ROOT;
    moved[ROOT] = 0;
    int queued = 1;
    for (int head = 0; head < queued; head++) {
      int node = queue[head];
      if (node != ROOT) {
        moved[node] = tree.add(moved[parents[node]], tokens[node], probabilities[node], tags[node]);
      }
      for (int child = firstChildren[node]; child != NONE; child = nextSiblings[child]) {
        queue[queued++] = child;
      }
    }
  }
}
