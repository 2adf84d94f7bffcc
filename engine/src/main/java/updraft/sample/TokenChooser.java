package updraft.sample;

/**
 * Chooses a token from one row's logits as plain decoding would at that place; verification walks a
 * tree with it. Stateful along the path: each chosen token is committed before the next is asked.
 */
public interface TokenChooser {
  /** The token that follows, given logits that start at {@code offset}; commits it to the path. */
  int choose(float[] logits, int offset, int position);
}
