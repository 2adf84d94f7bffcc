package updraft.speculate;

/**
 * What verification found: the accepted nodes in order, and the token that the target adds. Reused
 * between rounds; not thread-safe.
 */
public final class Verdict {
  private final int[] nodes;
  private final int[] tokens;
  private int accepted;
  private int count;

  /**
   * @param maxNodes most drafted tokens of the trees that are verified
   */
  public Verdict(int maxNodes) {
    nodes = new int[maxNodes];
    tokens = new int[maxNodes + 1];
  }

  void reset() {
    accepted = 0;
    count = 0;
  }

  void accept(int node, int token) {
    nodes[accepted++] = node;
    tokens[count++] = token;
  }

  void bonus(int token) {
    tokens[count++] = token;
  }

  /** Drafted tokens kept, the bonus excluded. */
  public int accepted() {
    return accepted;
  }

  /** The i-th accepted node, a child of the one before it; from 0 to {@link #accepted} - 1. */
  public int node(int i) {
    return nodes[i];
  }

  /** The last accepted node, or the root. */
  public int lastNode() {
    return accepted == 0 ? 0 : nodes[accepted - 1];
  }

  /** Tokens of the round: the accepted ones, then the bonus if there is one. */
  public int tokens() {
    return count;
  }

  public int token(int i) {
    return tokens[i];
  }

  /** False when the sequence ended with an accepted token. */
  public boolean hasBonus() {
    return count > accepted;
  }

  /** The token that verification itself yields: the next round's root. */
  public int bonus() {
    if (!hasBonus()) {
      throw new IllegalStateException("the sequence ended with an accepted token: no bonus");
    }
    return tokens[count - 1];
  }
}
