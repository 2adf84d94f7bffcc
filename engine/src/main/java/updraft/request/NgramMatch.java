package updraft.request;

/** Which continuations an n-gram draft prefers. */
public enum NgramMatch {
  /** The most recently seen (SGLang's BFS mode). */
  RECENCY,
  /** The most frequently seen (SGLang's PROB mode). */
  FREQUENCY
}
