package updraft.speculate;

import updraft.request.NgramMatch;

/**
 * Turns matches into a draft, longest match first: what followed it, then what followed shorter
 * ones, until the draft is full. At equal length the sequence's own corpus comes before the shared
 * one. The two orders within a match are SGLang's:
 *
 * <ul>
 *   <li>RECENCY: breadth first; a node drafts its most recent children, of which a long match
 *       allows few and a short one many, one step fewer with each token drafted.
 *   <li>FREQUENCY: best first by the product of the children's shares of the frequency.
 * </ul>
 *
 * <p>Holds scratch for one draft at a time; not thread-safe.
 */
final class NgramExpansion {
  /** Children, most recent first, among which the most frequent are looked for. */
  private static final int SCAN = 256;

  private final NgramOptions options;
  private final NgramEstimates estimates;
  private final DraftSketch sketch;

  /** How the breadth shrinks with each token of match. */
  private final double breadthStep;

  // a queue or heap of places to go on from; by entry
  private final int[] sketchNodes;
  private final int[] trieNodes;
  private final int[] matches;
  private final double[] weights;

  /** Entries in heap order, and how many were ever pushed: ties go to the earlier. */
  private final int[] heap;

  private int heapSize;
  private int pushed;

  private final int[] frequent;

  NgramExpansion(NgramOptions options, NgramEstimates estimates, DraftSketch sketch, int nodes) {
    this.options = options;
    this.estimates = estimates;
    this.sketch = sketch;
    breadthStep =
        (double) (options.maxBreadth() - options.minBreadth()) / Math.max(1, options.depth() - 1);
    // every sketch node is expanded at most once a match, into at most maxBreadth entries
    int entries = (nodes + 1) * options.maxBreadth();
    sketchNodes = new int[entries];
    trieNodes = new int[entries];
    matches = new int[entries];
    weights = new double[entries];
    heap = new int[entries];
    frequent = new int[options.maxBreadth()];
  }

  /** Fills the sketch from the matches of a sequence. */
  void expand(NgramTrie.Cursor own, NgramTrie.Cursor shared, NgramMatch order) {
    for (int n = Math.max(own.longest(), shared.longest()); n >= 1 && !sketch.isFull(); n--) {
      if (n <= own.longest()) {
        expand(own.trie(), own.match(n), n, false, order);
      }
      if (n <= shared.longest()) {
        expand(shared.trie(), shared.match(n), n, true, order);
      }
    }
  }

  private void expand(NgramTrie trie, int node, int match, boolean shared, NgramMatch order) {
    if (node == NgramTrie.NONE || trie.newestChild(node) == NgramTrie.NONE) {
      return;
    }
    switch (order) {
      case RECENCY -> byRecency(trie, node, match, shared);
      case FREQUENCY -> byFrequency(trie, node, match, shared);
    }
  }

  private void byRecency(NgramTrie trie, int anchor, int match, boolean shared) {
    double breadth = (options.depth() - 1 - match) * breadthStep + options.minBreadth();
    int tail = 0;
    put(tail++, DraftSketch.ROOT, anchor, match, breadth);
    for (int head = 0; head < tail && !sketch.isFull(); head++) {
      int parent = trieNodes[head];
      int left = Math.max(1, (int) weights[head]);
      for (int child = trie.newestChild(parent);
          child != NgramTrie.NONE && left > 0 && !sketch.isFull();
          child = trie.olderSibling(child), left--) {
        int occurrences = trie.frequency(parent) - (head == 0 ? 1 : 0);
        int node = draft(head, trie, child, occurrences, shared);
        if (node != DraftSketch.NONE) {
          put(tail++, node, child, matches[head] + 1, weights[head] - breadthStep);
        }
      }
    }
  }

  private void byFrequency(NgramTrie trie, int anchor, int match, boolean shared) {
    heapSize = 0;
    pushed = 0;
    pushChildren(trie, DraftSketch.ROOT, anchor, match, 1);
    while (heapSize > 0 && !sketch.isFull()) {
      int entry = pop();
      int child = trieNodes[entry];
      int parent = trie.parent(child);
      int occurrences = trie.frequency(parent) - (parent == anchor ? 1 : 0);
      int node = draft(entry, trie, child, occurrences, shared);
      if (node != DraftSketch.NONE) {
        pushChildren(trie, node, child, matches[entry] + 1, weights[entry]);
      }
    }
  }

  /** The sketch node of a trie node below an entry's, new if need be and possible. */
  private int draft(int entry, NgramTrie trie, int child, int occurrences, boolean shared) {
    int parent = sketchNodes[entry];
    int token = trie.token(child);
    int node = sketch.find(parent, token);
    if (node == DraftSketch.NONE && sketch.hasRoom(parent)) {
      int tag = estimates.tag(matches[entry], shared);
      float probability = estimates.probability(tag, trie.frequency(child), occurrences);
      node = sketch.add(parent, token, probability, tag);
    }
    return node;
  }

  private void put(int entry, int sketchNode, int trieNode, int match, double weight) {
    sketchNodes[entry] = sketchNode;
    trieNodes[entry] = trieNode;
    matches[entry] = match;
    weights[entry] = weight;
  }

  private void pushChildren(NgramTrie trie, int sketchNode, int parent, int match, double weight) {
    int count = mostFrequent(trie, parent);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += trie.frequency(frequent[i]);
    }
    for (int i = 0; i < count; i++) {
      put(pushed, sketchNode, frequent[i], match, trie.frequency(frequent[i]) / sum * weight);
      push(pushed++);
    }
  }

  /** Collects a node's most frequent children in order, ties by token; returns how many. */
  private int mostFrequent(NgramTrie trie, int parent) {
    int count = 0;
    int scanned = 0;
    for (int child = trie.newestChild(parent);
        child != NgramTrie.NONE && scanned < SCAN;
        child = trie.olderSibling(child), scanned++) {
      int place = count < frequent.length ? count++ : frequent.length;
      while (place > 0 && before(trie, child, frequent[place - 1])) {
        if (place < frequent.length) {
          frequent[place] = frequent[place - 1];
        }
        place--;
      }
      if (place < frequent.length) {
        frequent[place] = child;
      }
    }
    return count;
  }

  private static boolean before(NgramTrie trie, int a, int b) {
    int difference = trie.frequency(a) - trie.frequency(b);
    return difference > 0 || (difference == 0 && trie.token(a) < trie.token(b));
  }

  private void push(int entry) {
    int at = heapSize++;
    while (at > 0 && better(entry, heap[(at - 1) / 2])) {
      heap[at] = heap[(at - 1) / 2];
      at = (at - 1) / 2;
    }
    heap[at] = entry;
  }

  private int pop() {
    int top = heap[0];
    int entry = heap[--heapSize];
    int at = 0;
    while (2 * at + 1 < heapSize) {
      int child = 2 * at + 1;
      if (child + 1 < heapSize && better(heap[child + 1], heap[child])) {
        child++;
      }
      if (!better(heap[child], entry)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = entry;
    return top;
  }

  private boolean better(int a, int b) {
    return weights[a] > weights[b] || (weights[a] == weights[b] && a < b);
  }
}
