package updraft.speculate;

import org.jspecify.annotations.Nullable;
import updraft.sample.Coins;
import updraft.sample.TokenChooser;

/**
 * Speculative sampling as first published (Leviathan et al. 2023, Chen et al. 2023), for chains and
 * for study: a token drafted by drawing from q is accepted with probability min(1, p/q); the first
 * that is not is replaced by one drawn from max(p - q, 0). The tokens are distributed as the
 * target's, though they are not those of plain decoding.
 *
 * <p>Where the drafter does not say what it drew from, it drew nothing: q is 1 for its token. Of a
 * tree the first children are looked at. Greedy it is the {@link CoupledVerifier}.
 */
final class RejectionVerifier implements Verifier {
  private final CoupledVerifier greedy = new CoupledVerifier();

  @Override
  public void verify(
      DraftTree tree,
      RowLogits logits,
      TokenChooser chooser,
      int rootPosition,
      TokenSink sink,
      Verdict verdict) {
    if (chooser.sampling().greedy()) {
      greedy.verify(tree, logits, chooser, rootPosition, sink, verdict);
      return;
    }
    verdict.reset();
    Coins coins = chooser.coins();
    int node = 0;
    while (true) {
      int position = rootPosition + tree.depth(node) + 1;
      double[] p = chooser.distribution(logits.logits(), logits.offset(node), position);
      int child = tree.firstChild(node);
      float @Nullable [] q = tree.distribution(node);
      if (child == DraftTree.NONE || !accepts(p, q, tree.token(child), coins.at(position, 0))) {
        if (child != DraftTree.NONE) {
          subtract(p, q, tree.token(child));
        }
        int token = TargetOnlyVerifier.draw(p, coins.at(position, 1));
        chooser.commit(token);
        verdict.bonus(token);
        sink.commit(token, node, false);
        return;
      }
      int token = tree.token(child);
      chooser.commit(token);
      verdict.accept(child, token);
      if (!sink.commit(token, node, true)) {
        return;
      }
      node = child;
    }
  }

  private static boolean accepts(double[] p, float @Nullable [] q, int token, double coin) {
    return coin * (q == null ? 1 : q[token]) < p[token];
  }

  private static void subtract(double[] p, float @Nullable [] q, int token) {
    if (q == null) {
      p[token] = 0;
      return;
    }
    for (int i = 0; i < p.length; i++) {
      p[i] = Math.max(0, p[i] - q[i]);
    }
  }
}
