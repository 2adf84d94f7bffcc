package updraft.speculate;

/** Where a tree's logits are, by node. */
public interface RowLogits {
  /** Holds a vocabulary of logits from {@link #offset} on for every node. */
  float[] logits();

  /** Index of a node's first logit; throws if the node's numbers cannot be used. */
  int offset(int node);
}
