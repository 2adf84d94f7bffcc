package updraft.speculate;

import updraft.sample.Coins;
import updraft.sample.TokenChooser;

/**
 * SGLang's rule for trees (sgl-project/sglang, {@code tree_speculative_sampling_target_only}), for
 * study: a coin a level; the first child is accepted of which the coin is at most the probability
 * that the target gives to it and the siblings tried before together, over a threshold; else the
 * bonus is drawn from the tokens not tried. Drafted probabilities play no part.
 *
 * <p>With thresholds of 1 the tokens are distributed as the target's, though they are not those of
 * plain decoding; below 1 they are not even that. Greedy it is the {@link CoupledVerifier}.
 */
final class TargetOnlyVerifier implements Verifier {
  private final double single;
  private final double accumulated;
  private final CoupledVerifier greedy = new CoupledVerifier();
  private double[] probabilities = {};

  /**
   * @param single a child at least this likely is accepted whatever the coin
   * @param accumulated what probabilities are divided by
   */
  TargetOnlyVerifier(double single, double accumulated) {
    this.single = single;
    this.accumulated = Math.max(accumulated, 1e-9);
  }

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
      probabilities = chooser.distribution(logits.logits(), logits.offset(node), position);
      double coin = coins.at(position, 0);
      int child = accept(tree, node, coin);
      if (child == DraftTree.NONE) {
        int token = draw(probabilities, coins.at(position, 1));
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

  /** The child that the coin accepts; of those that it does not, the probability becomes 0. */
  private int accept(DraftTree tree, int node, double coin) {
    double tried = 0;
    for (int c = tree.firstChild(node); c != DraftTree.NONE; c = tree.nextSibling(c)) {
      double p = probabilities[tree.token(c)];
      tried += p;
      if (coin <= tried / accumulated || p >= single) {
        return c;
      }
      probabilities[tree.token(c)] = 0;
    }
    return DraftTree.NONE;
  }

  /** A token by weights that need not add up to 1. */
  static int draw(double[] weights, double coin) {
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    double left = coin * sum;
    int last = 0;
    for (int token = 0; token < weights.length; token++) {
      if (weights[token] > 0) {
        last = token;
        left -= weights[token];
        if (left <= 0) {
          return token;
        }
      }
    }
    return last;
  }
}
