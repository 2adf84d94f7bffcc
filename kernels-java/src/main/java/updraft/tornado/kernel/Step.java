package updraft.tornado.kernel;

/**
 * What a step tells the kernels, as places in its array of integers. They are read on the device,
 * since scalar arguments are compiled in.
 */
public final class Step {
  /** Rows of the forward. */
  public static final int ROWS = 0;

  /** The layer at hand. */
  public static final int LAYER = 1;

  /** Its place among the layers whose weights share arrays. */
  public static final int PART_LAYER = 2;

  /** Rows whose logits are wanted. */
  public static final int LOGITS_ROWS = 3;

  /** Slots to copy. */
  public static final int MOVES = 4;

  /** Tiles of attention. */
  public static final int TILES = 5;

  public static final int SIZE = 8;

  private Step() {}
}
