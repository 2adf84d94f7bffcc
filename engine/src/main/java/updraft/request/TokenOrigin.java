package updraft.request;

/** Who came up with a generated token. */
public enum TokenOrigin {
  /** The target itself: the bonus of a round, or plain decoding. */
  TARGET,
  /** An n-gram draft that the target accepted. */
  NGRAM
}
