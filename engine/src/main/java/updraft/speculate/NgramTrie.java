package updraft.speculate;

import java.util.Arrays;

/**
 * What followed what: a trie over windows of token sequences, by which the continuations of the
 * latest tokens are found. The semantics are those of SGLang's n-gram corpus (cpp_ngram).
 *
 * <p>Every window of at most {@code maxDepth} tokens that ends at an appended token is a path from
 * the root; a node counts how often its path was appended and remembers when last. Nodes lie in a
 * pool of fixed capacity; when it is full the least recently appended leaf makes room. An append
 * touches paths from the leaf up, so a parent is never older than its children and the oldest node
 * is always a leaf.
 *
 * <p>Nodes are recycled, so nothing outside keeps a node across an append: a {@link Cursor} keeps
 * the tokens of its windows and finds them again when a node of it was recycled, which it sees by
 * the node's version. Not thread-safe.
 */
final class NgramTrie {
  static final int ROOT = 0;
  static final int NONE = -1;

  private final int maxDepth;
  private final int[] tokens;
  private final int[] parents;
  private final int[] firstChildren; // most recently appended first
  private final int[] nextSiblings;
  private final int[] previousSiblings;
  private final int[] counts;

  /** Grows when a node is recycled. */
  private final int[] versions;

  // all nodes but the root by time of their last append, in both directions; the root ends the list
  private final int[] newer;
  private final int[] older;

  /** Nodes by parent and token: open addressing with linear probing; -1 is empty. */
  private final int[] table;

  private int size = 1;

  /**
   * @param capacity most nodes, about 44 bytes each
   * @param maxDepth longest window
   */
  NgramTrie(int capacity, int maxDepth) {
    if (capacity <= maxDepth + 1) {
      throw new IllegalArgumentException(
          "capacity must hold a whole window: capacity=" + capacity + ", maxDepth=" + maxDepth);
    }
    this.maxDepth = maxDepth;
    tokens = new int[capacity];
    parents = new int[capacity];
    firstChildren = new int[capacity];
    nextSiblings = new int[capacity];
    previousSiblings = new int[capacity];
    counts = new int[capacity];
    versions = new int[capacity];
    newer = new int[capacity];
    older = new int[capacity];
    table = new int[Integer.highestOneBit(capacity * 2 - 1) * 2];
    Arrays.fill(table, NONE);
    firstChildren[ROOT] = NONE;
    newer[ROOT] = ROOT;
    older[ROOT] = ROOT;
  }

  int maxDepth() {
    return maxDepth;
  }

  /** Nodes in use, the root included. */
  int size() {
    return size;
  }

  /** A place in a sequence that is being appended: the windows that end at its latest token. */
  final class Cursor {
    /** The latest tokens, a ring of {@code maxDepth}. */
    private final int[] recent = new int[maxDepth];

    /** By window length - 1: its node, and the node's version when it was found. */
    private int[] nodes = new int[maxDepth];

    private int[] found = new int[maxDepth];
    private int[] nextNodes = new int[maxDepth];
    private int[] nextFound = new int[maxDepth];
    private int length;

    /** Appends a token after those before it. */
    void append(int token) {
      recent[length % maxDepth] = token;
      length++;
      int longest = Math.min(length, maxDepth);
      for (int depth = longest; depth >= 1; depth--) {
        int parent = depth == 1 ? ROOT : window(depth - 1, 1);
        int node = child(parent, token);
        if (node == NONE) {
          node = add(parent, token);
        }
        counts[node]++;
        nextNodes[depth - 1] = node;
        nextFound[depth - 1] = versions[node];
        touchPath(node);
      }
      int[] swap = nodes;
      nodes = nextNodes;
      nextNodes = swap;
      swap = found;
      found = nextFound;
      nextFound = swap;
    }

    /**
     * Node of the window of some tokens that ends {@code back} tokens ago; makes it anew if lost.
     */
    private int window(int depth, int back) {
      int node = nodes[depth - 1];
      if (versions[node] == found[depth - 1]) {
        return node;
      }
      int at = ROOT;
      for (int i = depth - 1; i >= 0; i--) {
        int token = recent[(length - 1 - back - i) % maxDepth];
        int next = child(at, token);
        at = next == NONE ? add(at, token) : next;
        touchPath(at);
      }
      return at;
    }

    /** Tokens appended so far. */
    int length() {
      return length;
    }
  }

  /** Appends a whole sequence. */
  void insert(int... sequence) {
    Cursor cursor = new Cursor();
    for (int token : sequence) {
      cursor.append(token);
    }
  }

  /** The child of a node by token, or {@link #NONE}. */
  int child(int node, int token) {
    int mask = table.length - 1;
    for (int place = hash(node, token) & mask; table[place] != NONE; place = (place + 1) & mask) {
      int candidate = table[place];
      if (parents[candidate] == node && tokens[candidate] == token) {
        return candidate;
      }
    }
    return NONE;
  }

  /** The most recently appended child, or {@link #NONE}. */
  int firstChild(int node) {
    return firstChildren[node];
  }

  /** The child appended last before this one, or {@link #NONE}. */
  int nextSibling(int node) {
    return nextSiblings[node];
  }

  int token(int node) {
    return tokens[node];
  }

  int parent(int node) {
    return parents[node];
  }

  /** How often the node's path was appended. */
  int count(int node) {
    return counts[node];
  }

  private int add(int parent, int token) {
    int node = size < tokens.length ? size++ : recycle(parent);
    tokens[node] = token;
    parents[node] = parent;
    counts[node] = 0;
    firstChildren[node] = NONE;
    linkSibling(node);
    linkNewest(node);
    int mask = table.length - 1;
    int place = hash(parent, token) & mask;
    while (table[place] != NONE) {
      place = (place + 1) & mask;
    }
    table[place] = node;
    return node;
  }

  /** Frees the oldest leaf that is not {@code keep}. */
  private int recycle(int keep) {
    int node = newer[ROOT];
    while (node == keep || firstChildren[node] != NONE) {
      node = newer[node];
    }
    unlinkSibling(node);
    unlinkAge(node);
    removeFromTable(node);
    versions[node]++;
    return node;
  }

  private void touchPath(int node) {
    for (int n = node; n != ROOT; n = parents[n]) {
      unlinkAge(n);
      linkNewest(n);
      if (firstChildren[parents[n]] != n) {
        unlinkSibling(n);
        linkSibling(n);
      }
    }
  }

  private void linkSibling(int node) {
    int parent = parents[node];
    int second = firstChildren[parent];
    nextSiblings[node] = second;
    previousSiblings[node] = NONE;
    if (second != NONE) {
      previousSiblings[second] = node;
    }
    firstChildren[parent] = node;
  }

  private void unlinkSibling(int node) {
    int next = nextSiblings[node];
    int previous = previousSiblings[node];
    if (previous == NONE) {
      firstChildren[parents[node]] = next;
    } else {
      nextSiblings[previous] = next;
    }
    if (next != NONE) {
      previousSiblings[next] = previous;
    }
  }

  private void linkNewest(int node) {
    int second = older[ROOT];
    newer[node] = ROOT;
    older[node] = second;
    newer[second] = node;
    older[ROOT] = node;
  }

  private void unlinkAge(int node) {
    older[newer[node]] = older[node];
    newer[older[node]] = newer[node];
  }

  /** Removes by shifting back what would no longer be found (Knuth, 6.4, algorithm R). */
  private void removeFromTable(int node) {
    int mask = table.length - 1;
    int hole = hash(parents[node], tokens[node]) & mask;
    while (table[hole] != node) {
      hole = (hole + 1) & mask;
    }
    for (int place = (hole + 1) & mask; table[place] != NONE; place = (place + 1) & mask) {
      int home = hash(parents[table[place]], tokens[table[place]]) & mask;
      if (((place - home) & mask) >= ((place - hole) & mask)) {
        table[hole] = table[place];
        hole = place;
      }
    }
    table[hole] = NONE;
  }

  private static int hash(int parent, int token) {
    int h = parent * 0x9E3779B9 + token * 0x85EBCA6B;
    return h ^ (h >>> 15);
  }
}
