package updraft.speculate;

import org.jspecify.annotations.Nullable;

/**
 * Speculative sampling as first published (Leviathan et al. 2023, Chen et al. 2023), for chains and
 * for study: a token drafted by drawing from q is accepted with probability min(1, p/q); the first
 * that is not is replaced by one drawn from max(p - q, 0). The tokens are distributed as the
 * target's, though they are not those of plain decoding.
 *
 * <p>Where the drafter does not say what it drew from, it drew nothing: q is 1 for its token. Of a
 * tree the first children are looked at. Greedy it is the {@link CoupledVerifier}.
 */
final class RejectionVerifier extends CoinVerifier {
  @Override
  int accept(DraftTree tree, int node, double[] p, double coin) {
    int child = tree.firstChild(node);
    if (child == DraftTree.NONE) {
      return DraftTree.NONE;
    }
    float @Nullable [] q = tree.distribution(node);
    if (accepts(p, q, tree.token(child), coin)) {
      return child;
    }
    subtract(p, q, tree.token(child));
    return DraftTree.NONE;
  }

  private static boolean accepts(double[] p, float @Nullable [] q, int token, double coin) {
    return coin * (q == null ? 1 : q[token]) < p[token];
  }

  private static void subtract(double[] p, float @Nullable [] q, int token) {
    if (q == null) {
      p[token] = 0;
      return;
    }
    for (int i = 0; i < Math.min(p.length, q.length); i++) {
      p[i] = Math.max(0, p[i] - q[i]);
    }
  }
}
