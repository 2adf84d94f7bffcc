package updraft.request;

/** Who came up with a generated token. */
public enum TokenOrigin {
  /** The target itself: the bonus of a round, or plain decoding. */
  TARGET,
  /** An n-gram draft that the target accepted. */
  NGRAM,
  /** A draft of an EAGLE head that the target accepted. */
  EAGLE,
  /** A draft model's draft that the target accepted. */
  DRAFT
}
