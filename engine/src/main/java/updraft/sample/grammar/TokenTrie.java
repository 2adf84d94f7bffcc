package updraft.sample.grammar;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * The tokens of a vocabulary by their bytes, as a trie in depth-first order: one pass over flat
 * arrays visits what a state lets through, and skips below what it does not. Immutable.
 */
public final class TokenTrie {
  private static final int NONE = -1;

  private final int vocabulary;
  private final BitSet ends = new BitSet();
  private final byte[][] bytes;
  private byte[] labels = new byte[1024];

  /** Bytes from the root, so at least 1. */
  private int[] depths = new int[1024];

  /** The first node that is not below this one. */
  private int[] skips = new int[1024];

  /** A token that ends here, or none. */
  private int[] tokens = new int[1024];

  private int size;

  /** By token: another one of the same bytes, or none. */
  private final int[] twins;

  private int maxDepth;

  /**
   * @param vocabulary token ids there are
   * @param bytesOf what a token adds to the text; a token without bytes never continues a grammar
   * @param endsGeneration whether a token ends an answer: it follows a complete text alone
   */
  public TokenTrie(int vocabulary, IntFunction<byte[]> bytesOf, IntPredicate endsGeneration) {
    this.vocabulary = vocabulary;
    this.bytes = new byte[vocabulary][];
    this.twins = new int[vocabulary];
    Arrays.fill(twins, NONE);
    for (int token = 0; token < vocabulary; token++) {
      boolean ending = endsGeneration.test(token);
      ends.set(token, ending);
      bytes[token] = ending ? new byte[0] : bytesOf.apply(token);
    }
    IntStream.range(0, vocabulary)
        .filter(token -> bytes[token].length > 0)
        .boxed()
        .sorted((a, b) -> Arrays.compareUnsigned(bytes[a], bytes[b]))
        .forEach(this::append);
    close(0);
  }

  /** The nodes from the root to the last token's. */
  private int[] path = new int[64];

  private int pathLength;

  private void append(int token) {
    byte[] text = bytes[token];
    int common = 0;
    while (common < Math.min(pathLength, text.length) && labels[path[common]] == text[common]) {
      common++;
    }
    if (common == text.length && common == pathLength) {
      twins[token] = tokens[path[common - 1]];
      tokens[path[common - 1]] = token;
      return;
    }
    close(common);
    for (int depth = common; depth < text.length; depth++) {
      open(text[depth], depth);
    }
    tokens[path[pathLength - 1]] = token;
  }

  private void close(int depth) {
    while (pathLength > depth) {
      skips[path[--pathLength]] = size;
    }
  }

  private void open(byte label, int depth) {
    if (size == labels.length) {
      labels = Arrays.copyOf(labels, 2 * size);
      depths = Arrays.copyOf(depths, 2 * size);
      skips = Arrays.copyOf(skips, 2 * size);
      tokens = Arrays.copyOf(tokens, 2 * size);
    }
    if (depth == path.length) {
      path = Arrays.copyOf(path, 2 * depth);
    }
    labels[size] = label;
    depths[size] = depth + 1;
    tokens[size] = NONE;
    path[depth] = size++;
    pathLength = depth + 1;
    maxDepth = Math.max(maxDepth, pathLength);
  }

  int vocabulary() {
    return vocabulary;
  }

  /** Whether any token ends an answer. */
  public boolean canEnd() {
    return !ends.isEmpty();
  }

  boolean ends(int token) {
    return ends.get(token);
  }

  byte[] bytes(int token) {
    return bytes[token];
  }

  /** Longest token in bytes. */
  int maxDepth() {
    return maxDepth;
  }

  /** The tokens that may follow a state, a bit each; those that end when it is complete. */
  long[] mask(GrammarState from, GrammarAutomaton automaton, GrammarState[] states) {
    long[] mask = new long[(vocabulary + 63) >>> 6];
    states[0] = from;
    int node = 0;
    while (node < size) {
      int depth = depths[node];
      GrammarState state = automaton.after(states[depth - 1], labels[node]);
      if (state == GrammarAutomaton.DEAD) {
        node = skips[node];
        continue;
      }
      states[depth] = state;
      for (int token = tokens[node]; token != NONE; token = twins[token]) {
        mask[token >>> 6] |= 1L << token;
      }
      node++;
    }
    if (from.complete()) {
      for (int token = ends.nextSetBit(0); token >= 0; token = ends.nextSetBit(token + 1)) {
        mask[token >>> 6] |= 1L << token;
      }
    }
    return mask;
  }
}
