package updraft.speculate;

/** Takes a round's tokens one by one, as plain decoding would produce them. */
public interface TokenSink {
  /**
   * Commits a token.
   *
   * @param node whose logits the token was chosen from
   * @param drafted whether the token is an accepted draft; else it is the bonus
   * @return false if the sequence ends with this token
   */
  boolean commit(int token, int node, boolean drafted);
}
