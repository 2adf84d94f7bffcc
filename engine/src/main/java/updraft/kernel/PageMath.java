package updraft.kernel;

/**
 * Attention of a tile of queries over pages of 16-bit keys and values where they lie: the same bits
 * as {@link RowMath#scores}, {@link RowMath#exponentials}, {@link RowMath#scale} and {@link
 * RowMath#weigh}, with one call for all pages and queries. Stateless and thread-safe.
 */
public interface PageMath {
  /** Whether heads of this size can be had. */
  boolean takes(int headSize);

  /**
   * Scores of pages {@code first} … {@code end-1}, for all of their positions.
   *
   * @param q queries; row r and head i of the tile begin at {@code at + r × stride + i × headSize}
   * @param keys page p, shape (headSize, 16), begins at {@code tile.bases[p]}
   */
  void scorePages(
      AttentionTile tile, float[] q, int at, int stride, short[] keys, int first, int end);

  /**
   * Turns scores into weights that add up to one, next to nothing before a row's first position.
   */
  void normalize(AttentionTile tile);

  /**
   * Adds what rows read of pages {@code first} … {@code end-1}.
   *
   * @param values page p, shape (16, headSize), begins at {@code tile.bases[p]}
   * @param out row r and head i begin at {@code at + r × stride + i × headSize}
   */
  void weighPages(
      AttentionTile tile, short[] values, int first, int end, float[] out, int at, int stride);
}
