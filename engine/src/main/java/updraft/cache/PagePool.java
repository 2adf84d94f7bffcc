package updraft.cache;

import java.util.Arrays;

/**
 * Pages and who holds them, by reference count. A page held more than once is shared: it is full,
 * and nobody writes to it again. Growing a table takes free pages first, then the prefix cache's
 * oldest.
 */
public final class PagePool {
  private final int[] references;

  /** Stack of pages that nobody holds; the first {@code free} entries. */
  private final int[] stack;

  private int free;
  private Reserve reserve = () -> false;

  /** Gives up a page that only it holds, when there is one: the prefix cache. */
  interface Reserve {
    boolean releaseOne();
  }

  public PagePool(int pages) {
    references = new int[pages];
    stack = new int[pages];
    free = pages;
    for (int i = 0; i < pages; i++) {
      stack[i] = pages - 1 - i;
    }
  }

  void reserve(Reserve newReserve) {
    reserve = newReserve;
  }

  /** Pages there are. */
  public int pages() {
    return references.length;
  }

  /** Pages that nobody holds. */
  public int free() {
    return free;
  }

  /**
   * Gives a table slots for this many positions, or leaves it as it is and returns false when there
   * are not enough pages.
   */
  public boolean grow(PageTable table, int positions) {
    int missing = PageTable.pagesFor(positions) - table.size();
    while (free < missing) {
      if (!reserve.releaseOne()) {
        return false;
      }
    }
    for (; missing > 0; missing--) {
      int page = stack[--free];
      references[page] = 1;
      table.add(page);
    }
    return true;
  }

  /** Takes back the pages beyond this many positions. */
  public void shrink(PageTable table, int positions) {
    while (table.size() > PageTable.pagesFor(positions)) {
      release(table.removeLast());
    }
  }

  /** Takes back all pages of a table. */
  public void release(PageTable table) {
    shrink(table, 0);
  }

  /**
   * Lets an empty table hold the full pages among another's first positions too.
   *
   * @return positions that the table now has
   */
  public int share(PageTable from, int positions, PageTable into) {
    int full = positions / PageTable.PAGE_SIZE;
    for (int i = 0; i < full; i++) {
      retain(from.page(i));
      into.add(from.page(i));
    }
    return full * PageTable.PAGE_SIZE;
  }

  void retain(int page) {
    if (references[page] == 0) {
      throw new IllegalStateException("only held pages can be shared: page=" + page);
    }
    references[page]++;
  }

  void release(int page) {
    if (references[page] == 0) {
      throw new IllegalStateException("page was released already: page=" + page);
    }
    if (--references[page] == 0) {
      stack[free++] = page;
    }
  }

  int references(int page) {
    return references[page];
  }

  @Override
  public String toString() {
    return "PagePool[pages="
        + pages()
        + ", free="
        + free
        + ", held="
        + Arrays.stream(references).filter(count -> count > 0).count()
        + "]";
  }
}
