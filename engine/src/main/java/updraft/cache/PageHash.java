package updraft.cache;

/** The hash of a page's tokens and all tokens before them. */
interface PageHash {
  /** Multiplies in each token by the golden ratio's 64 bits, folding high bits back down. */
  PageHash MULTIPLICATIVE =
      (parent, tokens, offset) -> {
        long hash = parent;
        for (int i = offset; i < offset + PageTable.PAGE_SIZE; i++) {
          hash = (hash ^ tokens[i]) * 0x9E3779B97F4A7C15L;
          hash ^= hash >>> 32;
        }
        return hash;
      };

  /**
   * @param parent hash of the page before, 0 for the first
   * @param offset where the page's tokens begin
   */
  long of(long parent, int[] tokens, int offset);
}
