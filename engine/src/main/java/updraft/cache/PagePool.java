package updraft.cache;

import org.jspecify.annotations.Nullable;

/**
 * Which pages are in use, by reference counts. A page is held by page tables and by the {@link
 * PrefixCache}, and is free again when the last holder releases it; a page with several holders is
 * never written. When none is free, pages that the cache alone holds are evicted.
 *
 * <p>Every operation takes constant time a page and allocates nothing. For the engine thread alone.
 */
public final class PagePool {
  /** No page. */
  public static final int NONE = -1;

  /** Holders by page; 0 is free. */
  private final int[] references;

  /** A stack of the free pages: the last freed is the first reused, while it is warm. */
  private final int[] freePages;

  private int free;
  private @Nullable PrefixCache cache;

  /**
   * @param pages how many pages the backend has room for, at least 1
   */
  public PagePool(int pages) {
    if (pages < 1) {
      throw new IllegalArgumentException("pages must be at least 1: pages=" + pages);
    }
    references = new int[pages];
    freePages = new int[pages];
    free = pages;
    for (int i = 0; i < pages; i++) {
      freePages[i] = pages - 1 - i;
    }
  }

  /**
   * Gives a table slots for this many positions: all the pages that it lacks, or none when there
   * are not enough. A table that has them already is left as it is.
   */
  public boolean grow(PageTable table, int positions) {
    int before = table.capacity();
    int lacking = PageTable.pagesFor(positions) - table.size();
    if (lacking > available()) {
      return false;
    }
    for (int i = 0; i < lacking; i++) {
      int page = allocate();
      if (page == NONE) {
        shrink(table, before);
        return false;
      }
      table.add(page);
    }
    return true;
  }

  /** Releases a table's pages that hold none of its first positions, last page first. */
  public void shrink(PageTable table, int positions) {
    int kept = PageTable.pagesFor(positions);
    while (table.size() > kept) {
      release(table.removeLast());
    }
  }

  /** Releases all pages of a table, last page first. */
  public void release(PageTable table) {
    shrink(table, 0);
  }

  /**
   * Lets an empty table hold the full pages among another's first positions too.
   *
   * @return positions that the table now has, a multiple of 16
   */
  public int share(PageTable from, int positions, PageTable into) {
    PrefixCache.checkEmpty(into);
    int full = positions / PageTable.PAGE_SIZE;
    for (int i = 0; i < full; i++) {
      retain(from.page(i));
      into.add(from.page(i));
    }
    return into.capacity();
  }

  /** A page with one holder, the caller, or {@link #NONE}. */
  public int allocate() {
    if (free == 0 && (cache == null || !cache.evict())) {
      return NONE;
    }
    int page = freePages[--free];
    references[page] = 1;
    return page;
  }

  /** Adds a holder to a page in use. */
  public void retain(int page) {
    checkHeld(page, "retained");
    references[page]++;
    if (cache != null && references[page] == 2) {
      cache.retained(page);
    }
  }

  /** Takes a holder from a page in use, and frees it when that was the last. */
  public void release(int page) {
    checkHeld(page, "released");
    references[page]--;
    if (references[page] == 0) {
      freePages[free++] = page;
    } else if (cache != null && references[page] == 1) {
      cache.released(page);
    }
  }

  /** Whether a page has several holders, so that it must not be written. */
  public boolean isShared(int page) {
    return references[page] > 1;
  }

  /** Holders of a page; 0 for a free one. */
  public int references(int page) {
    return references[page];
  }

  /** Pages in all. */
  public int pages() {
    return references.length;
  }

  /** Pages that nobody holds. */
  public int free() {
    return free;
  }

  /** Pages that can be had now: free ones and those that only the prefix cache holds. */
  public int available() {
    return free + (cache == null ? 0 : cache.evictable());
  }

  void attach(PrefixCache prefixCache) {
    if (cache != null) {
      throw new IllegalStateException("a page pool must have at most one prefix cache");
    }
    cache = prefixCache;
  }

  private void checkHeld(int page, String verb) {
    if (page < 0 || page >= references.length) {
      throw new IllegalArgumentException(
          "page must be in [0, " + (references.length - 1) + "]: page=" + page);
    }
    if (references[page] == 0) {
      throw new IllegalStateException("a page must be in use to be " + verb + ": page=" + page);
    }
  }
}
