package updraft.cache;

import java.util.Arrays;

/**
 * The pages of one sequence, in position order: position p lives in slot {@code page(p / 16) × 16 +
 * p % 16}. Does not count references; its owner returns the pages.
 */
public final class PageTable {
  /** Slots a page. */
  public static final int PAGE_SIZE = 16;

  private int[] pages = new int[8];
  private int size;

  /** Pages held. */
  public int size() {
    return size;
  }

  /** Positions that have a slot. */
  public int capacity() {
    return size * PAGE_SIZE;
  }

  public int page(int index) {
    return pages[index];
  }

  /** The slot of a position below {@link #capacity()}. */
  public int slot(int position) {
    return pages[position / PAGE_SIZE] * PAGE_SIZE + position % PAGE_SIZE;
  }

  public void add(int page) {
    if (size == pages.length) {
      pages = Arrays.copyOf(pages, size * 2);
    }
    pages[size++] = page;
  }

  /** Puts another page of the same tokens in a page's place. */
  void replace(int index, int page) {
    pages[index] = page;
  }

  /** Removes and returns the last page. */
  public int removeLast() {
    return pages[--size];
  }

  /** Pages needed for this many positions. */
  public static int pagesFor(int positions) {
    return (positions + PAGE_SIZE - 1) / PAGE_SIZE;
  }
}
