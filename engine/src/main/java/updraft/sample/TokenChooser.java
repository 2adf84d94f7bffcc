package updraft.sample;

import updraft.request.SamplingOptions;

/**
 * Chooses a token from one row's logits as plain decoding would at that place; verification walks a
 * tree with it. Stateful along the path: each chosen token is committed before the next is asked.
 */
public interface TokenChooser {
  /** The token that follows, given logits that start at {@code offset}; commits it to the path. */
  int choose(float[] logits, int offset, int position);

  /** How tokens are to be chosen; for verifiers that draw themselves, as what follows. */
  default SamplingOptions sampling() {
    throw new UnsupportedOperationException("this chooser tells no options");
  }

  /**
   * The probabilities from which {@link #choose} would draw, by token; valid until the next call,
   * and the caller's to change.
   */
  default double[] distribution(float[] logits, int offset, int position) {
    throw new UnsupportedOperationException("this chooser tells no probabilities");
  }

  /** Appends a token that a verifier has drawn itself to the path. */
  default void commit(int token) {
    throw new UnsupportedOperationException("this chooser chooses its tokens itself");
  }

  /** Coins of the answer's own. */
  default Coins coins() {
    throw new UnsupportedOperationException("this chooser has no coins");
  }
}
