package updraft.speculate;

import java.util.Arrays;
import updraft.request.NgramMatch;
import updraft.request.SpeculationOptions;

/**
 * Builds a draft tree from what followed the latest tokens before. All suffixes of the sequence are
 * looked up, the longest first; each that is known is an anchor below which the trie is expanded:
 *
 * <ul>
 *   <li>{@link NgramMatch#RECENCY}: breadth first, the most recent children first, as many as a
 *       breadth that is larger for shorter anchors and shrinks on the way down (SGLang's BFS mode);
 *   <li>{@link NgramMatch#FREQUENCY}: best first, by the product of relative frequencies (its PROB
 *       mode).
 * </ul>
 *
 * <p>Not thread-safe; allocates nothing.
 */
final class NgramTreeBuilder {
  private static final double MAX_BREADTH = 10;
  private static final double MIN_BREADTH = 1;
  private static final int CAPACITY = SpeculationOptions.MAX_NODES + 1;

  /** Children of a node that are looked at; more would cost time for tokens that never win. */
  private static final int MAX_CHILDREN = 32;

  // the tree under construction, in the order in which nodes were found
  private final int[] tokens = new int[CAPACITY];
  private final int[] parents = new int[CAPACITY];
  private final int[] depths = new int[CAPACITY];
  private final float[] probabilities = new float[CAPACITY];
  private int size;

  /** Nodes to expand: of this tree, of the trie, and the breadth; a queue or, best first, a set. */
  private final int[] openNodes = new int[CAPACITY * MAX_CHILDREN];

  private final int[] openTrieNodes = new int[openNodes.length];
  private final double[] openKeys = new double[openNodes.length];
  private int openSize;

  /** Nodes of this tree, as they were copied to the draft tree. */
  private final int[] copied = new int[CAPACITY];

  private final int[] suffix;
  private int suffixLength;
  private int maxNodes;
  private int maxDepth;
  private int maxChildren;

  NgramTreeBuilder(int maxMatch) {
    suffix = new int[maxMatch];
  }

  /** Starts a tree with these limits; {@code topk} 0 leaves the breadth to the match mode. */
  void start(int nodes, int depth, int topk) {
    size = 1;
    suffixLength = 0;
    maxNodes = Math.min(nodes, CAPACITY - 1);
    maxDepth = depth;
    maxChildren = topk == 0 ? MAX_CHILDREN : topk;
    tokens[0] = -1;
    parents[0] = DraftTree.NONE;
    depths[0] = 0;
    probabilities[0] = 1;
  }

  /** Tells the latest tokens, the last one first. */
  void precededBy(int token) {
    if (suffixLength < suffix.length) {
      suffix[suffixLength++] = token;
    }
  }

  /** Adds what a corpus knows; returns the length of the longest anchor, 0 when there is none. */
  int addFrom(NgramTrie trie, NgramMatch match, HitRates rates) {
    int longestAnchor = 0;
    int longest = Math.min(suffixLength, trie.maxDepth() - 1);
    for (int length = longest; length >= 1 && size <= maxNodes; length--) {
      int anchor = NgramTrie.ROOT;
      for (int i = length - 1; i >= 0 && anchor != NgramTrie.NONE; i--) {
        anchor = trie.child(anchor, suffix[i]);
      }
      if (anchor != NgramTrie.NONE && trie.firstChild(anchor) != NgramTrie.NONE) {
        if (match == NgramMatch.RECENCY) {
          double scale = (MAX_BREADTH - MIN_BREADTH) / suffix.length;
          expandRecent(trie, anchor, length, (suffix.length - length) * scale + MIN_BREADTH, rates);
        } else {
          expandFrequent(trie, anchor, length, rates);
        }
        longestAnchor = Math.max(longestAnchor, length);
      }
    }
    return longestAnchor;
  }

  private void expandRecent(
      NgramTrie trie, int anchor, int length, double anchorBreadth, HitRates rates) {
    openSize = 0;
    open(0, anchor, anchorBreadth);
    for (int next = 0; next < openSize && size <= maxNodes; next++) {
      int node = openNodes[next];
      int trieNode = openTrieNodes[next];
      if (depths[node] == maxDepth) {
        continue;
      }
      int breadth = Math.min(maxChildren, Math.max(1, (int) openKeys[next]));
      float total = totalCount(trie, trieNode);
      int child = trie.firstChild(trieNode);
      for (int i = 0; i < breadth && child != NgramTrie.NONE && size <= maxNodes; i++) {
        float share = trie.count(child) / total;
        int added = addChild(node, trie.token(child), share * rates.rate(length + depths[node]));
        open(added, child, openKeys[next] - 1);
        child = trie.nextSibling(child);
      }
    }
  }

  private void expandFrequent(NgramTrie trie, int anchor, int length, HitRates rates) {
    openSize = 0;
    openChildren(trie, 0, anchor, 1);
    while (openSize > 0 && size <= maxNodes) {
      int best = 0;
      for (int i = 1; i < openSize; i++) {
        if (openKeys[i] > openKeys[best]
            || (openKeys[i] == openKeys[best]
                && trie.token(openTrieNodes[i]) < trie.token(openTrieNodes[best]))) {
          best = i;
        }
      }
      int parent = openNodes[best];
      int trieNode = openTrieNodes[best];
      double product = openKeys[best];
      openSize--;
      openNodes[best] = openNodes[openSize];
      openTrieNodes[best] = openTrieNodes[openSize];
      openKeys[best] = openKeys[openSize];
      float share = trie.count(trieNode) / totalCount(trie, trie.parent(trieNode));
      int added =
          addChild(parent, trie.token(trieNode), share * rates.rate(length + depths[parent]));
      if (depths[added] < maxDepth) {
        openChildren(trie, added, trieNode, product);
      }
    }
  }

  private void openChildren(NgramTrie trie, int node, int trieNode, double product) {
    float total = totalCount(trie, trieNode);
    int child = trie.firstChild(trieNode);
    for (int i = 0; i < maxChildren && child != NgramTrie.NONE; i++) {
      if (openSize < openNodes.length) {
        open(node, child, product * (trie.count(child) / total));
      }
      child = trie.nextSibling(child);
    }
  }

  private static float totalCount(NgramTrie trie, int node) {
    float total = 0;
    int child = trie.firstChild(node);
    for (int i = 0; i < MAX_CHILDREN && child != NgramTrie.NONE; i++) {
      total += trie.count(child);
      child = trie.nextSibling(child);
    }
    return total;
  }

  private void open(int node, int trieNode, double key) {
    openNodes[openSize] = node;
    openTrieNodes[openSize] = trieNode;
    openKeys[openSize++] = key;
  }

  /** The child of a node that has this token: found, or added with its conditional probability. */
  private int addChild(int parent, int token, float probability) {
    for (int node = parent + 1; node < size; node++) {
      if (parents[node] == parent && tokens[node] == token) {
        return node;
      }
    }
    tokens[size] = token;
    parents[size] = parent;
    depths[size] = depths[parent] + 1;
    probabilities[size] = probabilities[parent] * probability;
    return size++;
  }

  /** Copies the tree, level by level, below the root that the draft tree has. */
  void copyTo(DraftTree tree) {
    Arrays.fill(copied, 0, size, DraftTree.NONE);
    copied[0] = 0;
    int[] order = openNodes;
    order[0] = 0;
    int count = 1;
    for (int next = 0; next < count; next++) {
      int node = order[next];
      for (int child = node + 1; child < size; child++) {
        if (parents[child] == node) {
          copied[child] = tree.add(copied[node], tokens[child], probabilities[child]);
          order[count++] = child;
        }
      }
    }
  }
}
