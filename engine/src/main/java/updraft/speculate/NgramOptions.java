package updraft.speculate;

/**
 * Shape of an n-gram corpus. Immutable.
 *
 * @param depth longest window, so longest match plus draft, in tokens; at most 63
 * @param maxBreadth most children drafted at a node whose match is short
 * @param minBreadth the same after the longest match
 * @param sequenceNodes most trie nodes of a sequence's own corpus
 * @param sharedNodes most trie nodes of the corpus that all sequences share
 */
public record NgramOptions(
    int depth, int maxBreadth, int minBreadth, int sequenceNodes, int sharedNodes) {

  /**
   * SGLang's depth and breadths. A token takes at most 18 nodes of 48 bytes, 864 bytes: a sequence
   * of 36 thousand tokens is kept whole in at most 30 MiB, the shared corpus is the latest 29
   * thousand tokens of output in at most 24 MiB; longer ones lose what was used least recently.
   */
  public static final NgramOptions DEFAULT = new NgramOptions(18, 10, 1, 640 << 10, 512 << 10);

  private static final int MAX_DEPTH = 63;

  public NgramOptions {
    check(depth >= 2 && depth <= MAX_DEPTH, "depth must be in [2, 63]", "depth", depth);
    check(minBreadth >= 1, "minBreadth must be at least 1", "minBreadth", minBreadth);
    check(
        maxBreadth >= minBreadth && maxBreadth <= MAX_DEPTH,
        "maxBreadth must be in [minBreadth, 63]",
        "maxBreadth",
        maxBreadth);
    check(sequenceNodes > depth, "sequenceNodes must exceed depth", "sequenceNodes", sequenceNodes);
    check(sharedNodes > depth, "sharedNodes must exceed depth", "sharedNodes", sharedNodes);
  }

  private static void check(boolean holds, String constraint, String name, int value) {
    if (!holds) {
      throw new IllegalArgumentException(constraint + ": " + name + "=" + value);
    }
  }
}
