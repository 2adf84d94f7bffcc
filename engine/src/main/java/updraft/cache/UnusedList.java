package updraft.cache;

/** A doubly linked list of distinct pages, in links by page: the order in which to evict. */
final class UnusedList {
  /** Links by page; the last entry is the list's own, before its first and after its last page. */
  private final int[] next;

  private final int[] previous;
  private final int end;
  private int size;

  UnusedList(int pages) {
    end = pages;
    next = new int[pages + 1];
    previous = new int[pages + 1];
    next[end] = end;
    previous[end] = end;
  }

  int size() {
    return size;
  }

  /** The first page, or {@link PagePool#NONE}. */
  int first() {
    return next(end);
  }

  /** The page after this one, or {@link PagePool#NONE}. */
  int next(int page) {
    return next[page] == end ? PagePool.NONE : next[page];
  }

  void append(int page) {
    int last = previous[end];
    link(last, page);
    link(page, end);
    size++;
  }

  /** Takes out a page, which must be in the list. */
  void remove(int page) {
    link(previous[page], next[page]);
    size--;
  }

  private void link(int before, int after) {
    next[before] = after;
    previous[after] = before;
  }
}
