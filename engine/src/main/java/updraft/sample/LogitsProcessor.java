package updraft.sample;

/**
 * A change to the logits before temperature and filters: penalties, bias, a grammar. Its result may
 * depend on the tokens of its path, and on nothing else.
 */
interface LogitsProcessor {
  /** Changes a row of logits, one a vocabulary entry, in place; {@code -Infinity} bans a token. */
  void apply(float[] logits);

  /** The token that follows on the path. */
  void commit(int token);
}
