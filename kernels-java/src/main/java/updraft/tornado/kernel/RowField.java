package updraft.tornado.kernel;

/**
 * What is known of a row, as places in the eight integers that it has. A forward's inputs, one
 * array, begin with those of all rows; row 0 at 0.
 */
public final class RowField {
  public static final int TOKEN = 0;

  public static final int POSITION = 1;

  /** Where its keys and values go. */
  public static final int SLOT = 2;

  /** An earlier row, or -1. */
  public static final int PARENT = 3;

  /** Leading positions of its context that lie where the page table says. */
  public static final int PREFIX = 4;

  /** Where its sequence's page table begins in the inputs. */
  public static final int TABLE = 5;

  public static final int SIZE = 8;

  private RowField() {}
}
