package updraft.speculate;

/**
 * SGLang's rule for trees (sgl-project/sglang, {@code tree_speculative_sampling_target_only}), for
 * study: a coin a level; the first child is accepted of which the coin is at most the probability
 * that the target gives to it and the siblings tried before together, over a threshold; else the
 * bonus is drawn from the tokens not tried. Drafted probabilities play no part.
 *
 * <p>With thresholds of 1 the tokens are distributed as the target's, though they are not those of
 * plain decoding; below 1 they are not even that. Greedy it is the {@link CoupledVerifier}.
 */
final class TargetOnlyVerifier extends CoinVerifier {
  private final double single;
  private final double accumulated;

  /**
   * @param single a child at least this likely is accepted whatever the coin
   * @param accumulated what probabilities are divided by
   */
  TargetOnlyVerifier(double single, double accumulated) {
    this.single = single;
    this.accumulated = Math.max(accumulated, 1e-9);
  }

  /** Of children that the coin does not accept, the probability becomes 0. */
  @Override
  int accept(DraftTree tree, int node, double[] p, double coin) {
    double tried = 0;
    for (int c = tree.firstChild(node); c != DraftTree.NONE; c = tree.nextSibling(c)) {
      double likely = p[tree.token(c)];
      tried += likely;
      if (coin <= tried / accumulated || likely >= single) {
        return c;
      }
      p[tree.token(c)] = 0;
    }
    return DraftTree.NONE;
  }
}
