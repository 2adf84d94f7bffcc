package updraft.speculate;

import updraft.sample.Coins;
import updraft.sample.TokenChooser;

/**
 * The walk of verifiers that flip a coin a level instead of sharing the target's noise. Greedy it
 * is the {@link CoupledVerifier}. For one thread.
 */
abstract class CoinVerifier implements Verifier {
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
      double coin = coins.at(position, 0);
      int child = accept(tree, node, p, coin);
      if (child == DraftTree.NONE) {
        int token = draw(p, coins.at(position, 1));
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

  /**
   * The child that the coin accepts, or {@link DraftTree#NONE}: then {@code p} is left with what
   * the bonus is drawn from.
   *
   * @param p the target's distribution at the node
   */
  abstract int accept(DraftTree tree, int node, double[] p, double coin);

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
