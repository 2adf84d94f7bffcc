package updraft.speculate;

import java.util.Arrays;

/**
 * What followed what: every window of up to {@code depth} tokens of the sequences appended to it,
 * as a trie with a frequency per node and the children of a node in order of recency. The semantics
 * are those of SGLang's n-gram corpus; the flat arrays, and appending token by token, are not.
 *
 * <p>A {@link Cursor} holds the nodes of all suffixes of its sequence. Appending a token moves each
 * of them to a child, so a token costs {@code depth} lookups however long the sequence is, each
 * window is counted once, and the matches of the latest tokens are known without a search.
 *
 * <p>When the pool is full, the least recently used leaf makes room. Its number is given out again,
 * and a cursor may still hold it: every reference therefore carries the node's version, and one
 * whose version has moved on counts as no match. Within an append the parent itself may be the leaf
 * that goes; it is checked again after room was made.
 *
 * <p>Memory: {@value #BYTES_PER_NODE} bytes a node; the arrays double up to the limit. Not
 * thread-safe.
 */
final class NgramTrie {
  static final int NONE = -1;

  static final int ROOT = 0;

  /** Ten arrays, and a hash bucket or two. */
  static final int BYTES_PER_NODE = 48;

  private final int depth;
  private final int maxNodes;

  private int[] tokens;
  private int[] parents;

  /** Occurrences of a node's path. */
  private int[] frequencies;

  /** Raised when a node's number is taken back. */
  private int[] versions;

  private int[] newestChildren;

  /** The sibling used before this one. */
  private int[] olderSiblings;

  private int[] newerSiblings;

  /**
   * A ring through all nodes by last use, the root as its start. Invariant: a node comes after its
   * parent. So the last one is a leaf.
   */
  private int[] older;

  private int[] newer;

  /** The next node in the same bucket; of free numbers, the next free one. */
  private int[] chained;

  /** Nodes by parent and token; a power of two. */
  private int[] buckets;

  /** Numbers given out so far, free ones included. */
  private int size;

  private int free = NONE;

  /**
   * @param depth longest window
   * @param initialNodes room to begin with
   * @param maxNodes room at most
   */
  NgramTrie(int depth, int initialNodes, int maxNodes) {
    if (depth < 1 || maxNodes <= depth) {
      throw new IllegalArgumentException(
          "depth must be in [1, maxNodes): depth=" + depth + ", maxNodes=" + maxNodes);
    }
    this.depth = depth;
    this.maxNodes = maxNodes;
    int capacity = Math.clamp(initialNodes, depth + 1, maxNodes);
    tokens = new int[capacity];
    parents = new int[capacity];
    frequencies = new int[capacity];
    versions = new int[capacity];
    newestChildren = new int[capacity];
    olderSiblings = new int[capacity];
    newerSiblings = new int[capacity];
    older = new int[capacity];
    newer = new int[capacity];
    chained = new int[capacity];
    buckets = emptyBuckets(capacity);
    size = 1;
    parents[ROOT] = NONE;
    newestChildren[ROOT] = NONE;
  }

  Cursor cursor() {
    return new Cursor();
  }

  int token(int node) {
    return tokens[node];
  }

  int parent(int node) {
    return parents[node];
  }

  int frequency(int node) {
    return frequencies[node];
  }

  /** The child used last, or {@link #NONE}. */
  int newestChild(int node) {
    return newestChildren[node];
  }

  /** The sibling used before this one, or {@link #NONE}. */
  int olderSibling(int node) {
    return olderSiblings[node];
  }

  /** A sequence on its way through the trie: the nodes of its suffixes. */
  final class Cursor {
    /** By length of the suffix; index 0 is unused. */
    private final int[] nodes = new int[depth + 1];

    private final int[] seen = new int[depth + 1];
    private int length;

    /** Appends a token: every window that ends with it is counted. */
    void append(int token) {
      length = Math.min(length + 1, depth);
      for (int n = length; n >= 1; n--) {
        int parent = n == 1 ? ROOT : match(n - 1);
        int node = parent == NONE ? NONE : use(parent, token);
        nodes[n] = node;
        seen[n] = node == NONE ? 0 : versions[node];
      }
    }

    NgramTrie trie() {
      return NgramTrie.this;
    }

    /** Length of the longest suffix that may have a match. */
    int longest() {
      return length;
    }

    /** The node of the suffix of this length, 1 to {@link #longest}, or {@link #NONE}. */
    int match(int suffix) {
      int node = nodes[suffix];
      return node != NONE && versions[node] == seen[suffix] ? node : NONE;
    }
  }

  /** The parent's child of this token, made if need be, counted and now the latest used. */
  private int use(int parent, int token) {
    int node = find(parent, token);
    if (node == NONE) {
      node = create(parent, token);
      if (node == NONE) {
        return NONE;
      }
    } else {
      unlink(node);
    }
    link(node, parent);
    frequencies[node]++;
    return node;
  }

  private int find(int parent, int token) {
    int node = buckets[bucket(parent, token)];
    while (node != NONE && (tokens[node] != token || parents[node] != parent)) {
      node = chained[node];
    }
    return node;
  }

  /** An unlinked node, or {@link #NONE} if the parent itself had to make room. */
  private int create(int parent, int token) {
    int version = versions[parent];
    int node = allocate();
    if (versions[parent] != version) {
      release(node);
      return NONE;
    }
    tokens[node] = token;
    parents[node] = parent;
    frequencies[node] = 0;
    newestChildren[node] = NONE;
    int bucket = bucket(parent, token);
    chained[node] = buckets[bucket];
    buckets[bucket] = node;
    return node;
  }

  private int allocate() {
    if (free == NONE) {
      if (size < maxNodes) {
        if (size == tokens.length) {
          grow();
        }
        return size++;
      }
      evict(newer[ROOT]);
    }
    int node = free;
    free = chained[node];
    return node;
  }

  private void release(int node) {
    chained[node] = free;
    free = node;
  }

  private void evict(int leaf) {
    unlink(leaf);
    int bucket = bucket(parents[leaf], tokens[leaf]);
    if (buckets[bucket] == leaf) {
      buckets[bucket] = chained[leaf];
    } else {
      int before = buckets[bucket];
      while (chained[before] != leaf) {
        before = chained[before];
      }
      chained[before] = chained[leaf];
    }
    versions[leaf]++;
    release(leaf);
  }

  /**
   * Makes a node the newest child and puts it right behind its parent in the ring. It only ever
   * moves forward, so its own children stay behind it.
   */
  private void link(int node, int parent) {
    int sibling = newestChildren[parent];
    olderSiblings[node] = sibling;
    newerSiblings[node] = NONE;
    if (sibling != NONE) {
      newerSiblings[sibling] = node;
    }
    newestChildren[parent] = node;
    int next = older[parent];
    older[parent] = node;
    newer[node] = parent;
    older[node] = next;
    newer[next] = node;
  }

  private void unlink(int node) {
    int before = newerSiblings[node];
    int after = olderSiblings[node];
    if (before == NONE) {
      newestChildren[parents[node]] = after;
    } else {
      olderSiblings[before] = after;
    }
    if (after != NONE) {
      newerSiblings[after] = before;
    }
    older[newer[node]] = older[node];
    newer[older[node]] = newer[node];
  }

  private int bucket(int parent, int token) {
    int hash = parent * 0x9E3779B1 + token * 0x85EBCA77;
    return (hash ^ hash >>> 15) & (buckets.length - 1);
  }

  private void grow() {
    int capacity = (int) Math.min(maxNodes, 2L * size);
    tokens = Arrays.copyOf(tokens, capacity);
    parents = Arrays.copyOf(parents, capacity);
    frequencies = Arrays.copyOf(frequencies, capacity);
    versions = Arrays.copyOf(versions, capacity);
    newestChildren = Arrays.copyOf(newestChildren, capacity);
    olderSiblings = Arrays.copyOf(olderSiblings, capacity);
    newerSiblings = Arrays.copyOf(newerSiblings, capacity);
    older = Arrays.copyOf(older, capacity);
    newer = Arrays.copyOf(newer, capacity);
    chained = Arrays.copyOf(chained, capacity);
    buckets = emptyBuckets(capacity);
    for (int node = 1; node < size; node++) { // none is free, or there were no need to grow
      int bucket = bucket(parents[node], tokens[node]);
      chained[node] = buckets[bucket];
      buckets[bucket] = node;
    }
  }

  private static int[] emptyBuckets(int capacity) {
    int[] empty = new int[Math.max(2, Integer.highestOneBit(capacity - 1) << 1)];
    Arrays.fill(empty, NONE);
    return empty;
  }
}
