package updraft.speculate;

import updraft.sample.TokenChooser;

/** Decides which drafted tokens are kept, given the target's logits at every node. */
public interface Verifier {
  /**
   * Walks a tree from its root and commits the tokens of the round: accepted ones, then the bonus,
   * unless the sink ends the sequence before it. At least one token is committed. Allocates
   * nothing.
   *
   * @param rootPosition of the root in its sequence; a token chosen from the logits of a node of
   *     depth d stands at {@code rootPosition + d + 1}
   * @param verdict receives the outcome
   * @throws RuntimeException what the chooser, the logits or the sink throw; tokens committed until
   *     then are in the verdict
   */
  void verify(
      DraftTree tree,
      RowLogits logits,
      TokenChooser chooser,
      int rootPosition,
      TokenSink sink,
      Verdict verdict);
}
