package updraft.speculate;

/** Where a tree's logits are, by node. */
public interface RowLogits {
  /** Holds a vocabulary of logits from {@link #offset} on for every node. */
  float[] logits();

  /** Index of a node's first logit; throws if the node's numbers cannot be used. */
  int offset(int node);

  /**
   * The token that plain decoding takes after a node, chosen where the logits are, or -1 when they
   * are needed for that; throws if the node's numbers cannot be used.
   */
  default int chosen(int node) {
    return -1;
  }
}
