package updraft.sample;

import updraft.request.SamplingOptions;

/**
 * Chooses a token from one row's logits as plain decoding would at that place; verification walks a
 * tree with it. Stateful along the path: each chosen token is committed before the next is asked.
 */
public interface TokenChooser {
  /** The token that follows, given logits that start at {@code offset}; commits it to the path. */
  int choose(float[] logits, int offset, int position);

  /** How tokens are to be chosen. */
  SamplingOptions sampling();

  /**
   * For verifiers that draw themselves: the probabilities from which {@link #choose} would, by token;
   * valid until the next call, and the caller's to change.
   */
  double[] distribution(float[] logits, int offset, int position);

  /** Appends a token that a verifier has drawn itself to the path. */
  void commit(int token);

  /** Coins of the answer's own. */
  Coins coins();
}
