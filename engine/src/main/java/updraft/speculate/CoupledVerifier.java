package updraft.speculate;

import updraft.sample.TokenChooser;

/**
 * Sample and match: the token at a node is what plain decoding would choose there, and a child is
 * accepted when its token equals it. So the output is plain decoding's whatever was drafted, greedy
 * or sampled, and any tree is lossless.
 */
public final class CoupledVerifier implements Verifier {
  @Override
  public void verify(
      DraftTree tree,
      RowLogits logits,
      TokenChooser chooser,
      int rootPosition,
      TokenSink sink,
      Verdict verdict) {
    verdict.reset();
    int node = 0;
    while (true) {
      int position = rootPosition + tree.depth(node) + 1;
      int token = logits.chosen(node);
      if (token < 0) {
        token = chooser.choose(logits.logits(), logits.offset(node), position);
      } else {
        chooser.commit(token);
      }
      int child = tree.child(node, token);
      if (child == DraftTree.NONE) {
        verdict.bonus(token);
        sink.commit(token, node, false);
        return;
      }
      verdict.accept(child, token);
      if (!sink.commit(token, node, true)) {
        return;
      }
      node = child;
    }
  }
}
