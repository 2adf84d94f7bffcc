package updraft.cache;

import java.util.Arrays;

/**
 * Finished pages by what they hold, so that a prompt which begins like an earlier sequence need not
 * be computed again. An entry is a full page under the page before it; a page's keys and values
 * depend on all tokens up to it, and so does its place in the chain.
 *
 * <p>Entries are found by hash and confirmed by comparing tokens and parent page, so a collision
 * costs time and never gives a wrong page. Entries that no table holds wait in a list, least
 * recently used first, and are evicted from its head. Whoever holds a page holds those before it
 * and releases them after it, so children come before their parents in that list and no evicted
 * page leaves a chain broken.
 *
 * <p>State is kept in arrays by page, and nothing is allocated after construction. For the engine
 * thread alone.
 */
public final class PrefixCache {
  private static final int NONE = PagePool.NONE;
  private static final int PAGE_SIZE = PageTable.PAGE_SIZE;

  private final PagePool pool;
  private final PageHash pageHash;
  private final UnusedList unused;

  /** By page: whether it is an entry. The other arrays have meaning for entries alone. */
  private final boolean[] cached;

  /** The page before, or NONE. */
  private final int[] parents;

  /** Entries whose parent it is. */
  private final int[] children;

  private final long[] hashes;

  /** Shape (page, 16). */
  private final int[] tokens;

  /** Heads of hash buckets, a power of two of them, chained by {@link #nextInBucket}. */
  private final int[] buckets;

  private final int[] nextInBucket;

  private int entries;
  private long lookups;
  private long hits;
  private long evictions;

  /** A cache over a pool's pages; a pool has at most one. */
  public PrefixCache(PagePool pool) {
    this(pool, PageHash.MULTIPLICATIVE);
  }

  PrefixCache(PagePool pool, PageHash pageHash) {
    int pages = pool.pages();
    this.pool = pool;
    this.pageHash = pageHash;
    unused = new UnusedList(pages);
    cached = new boolean[pages];
    parents = new int[pages];
    children = new int[pages];
    hashes = new long[pages];
    tokens = new int[pages * PAGE_SIZE];
    buckets = new int[Integer.highestOneBit(pages) * 2];
    Arrays.fill(buckets, NONE);
    nextInBucket = new int[pages];
    pool.attach(this);
  }

  /**
   * Gives an empty table the pages of the longest known prefix of a sequence.
   *
   * @param length how many of the tokens may be taken from the cache: for a prompt all but the
   *     last, whose logits are wanted and which therefore has to be computed
   * @return positions that the table now has, a multiple of 16
   */
  public int match(int[] sequence, int length, PageTable into) {
    checkEmpty(into);
    lookups++;
    int parent = NONE;
    long hash = 0;
    int matched = 0;
    while (matched + PAGE_SIZE <= length) {
      hash = pageHash.of(hash, sequence, matched);
      int page = find(parent, hash, sequence, matched);
      if (page == NONE) {
        break;
      }
      pool.retain(page);
      into.add(page);
      parent = page;
      matched += PAGE_SIZE;
    }
    if (matched > 0) {
      hits++;
    }
    return matched;
  }

  /**
   * Publishes the full pages of a sequence's first {@code length} tokens, whose keys and values
   * must all be written. Where a page of the same tokens is known already, the table takes that one
   * (equal bit by bit, by the numerics contract) and gives its own back.
   */
  public void insert(int[] sequence, int length, PageTable table) {
    if (length > table.capacity()) {
      throw new IllegalArgumentException(
          "length must be within the table's capacity: length="
              + length
              + ", capacity="
              + table.capacity());
    }
    int parent = NONE;
    long hash = 0;
    for (int index = 0; (index + 1) * PAGE_SIZE <= length; index++) {
      int offset = index * PAGE_SIZE;
      hash = pageHash.of(hash, sequence, offset);
      int known = find(parent, hash, sequence, offset);
      int page = table.page(index);
      if (known == NONE) {
        add(page, parent, hash, sequence, offset);
      } else if (known != page) {
        pool.retain(known);
        table.replace(index, known);
        pool.release(page);
        page = known;
      }
      parent = page;
    }
  }

  /** Forgets everything; pages that tables hold stay theirs. */
  public void clear() {
    for (int page = 0; page < cached.length; page++) {
      if (cached[page]) {
        remove(page);
      }
    }
  }

  /** Entries. */
  public int pages() {
    return entries;
  }

  /** Entries that no table holds: what {@link PagePool#allocate} may take. */
  public int evictable() {
    return unused.size();
  }

  /** Calls of {@link #match}. */
  public long lookups() {
    return lookups;
  }

  /** Calls of {@link #match} that found a page at least. */
  public long hits() {
    return hits;
  }

  /** Entries that gave way to new pages. */
  public long evictions() {
    return evictions;
  }

  /** Frees the least recently used entry that no table holds and no entry hangs below. */
  boolean evict() {
    int page = unused.first();
    while (page != NONE && children[page] > 0) {
      page = unused.next(page); // only when a page was released before those after it
    }
    if (page == NONE) {
      return false;
    }
    evictions++;
    remove(page);
    return true;
  }

  /** A page has got its first holder beside the cache, if it is an entry. */
  void retained(int page) {
    if (cached[page]) {
      unused.remove(page);
    }
  }

  /** A page has lost its last holder beside the cache, if it is an entry. */
  void released(int page) {
    if (cached[page]) {
      unused.append(page);
    }
  }

  static void checkEmpty(PageTable table) {
    if (table.size() != 0) {
      throw new IllegalArgumentException("table must be empty: pages=" + table.size());
    }
  }

  private int find(int parent, long hash, int[] sequence, int offset) {
    for (int page = buckets[bucket(hash)]; page != NONE; page = nextInBucket[page]) {
      int own = page * PAGE_SIZE;
      if (hashes[page] == hash
          && parents[page] == parent
          && Arrays.equals(tokens, own, own + PAGE_SIZE, sequence, offset, offset + PAGE_SIZE)) {
        return page;
      }
    }
    return NONE;
  }

  private void add(int page, int parent, long hash, int[] sequence, int offset) {
    if (cached[page]) {
      throw new IllegalStateException(
          "a page must not be published with other tokens than before: page=" + page);
    }
    pool.retain(page);
    cached[page] = true;
    parents[page] = parent;
    children[page] = 0;
    hashes[page] = hash;
    System.arraycopy(sequence, offset, tokens, page * PAGE_SIZE, PAGE_SIZE);
    nextInBucket[page] = buckets[bucket(hash)];
    buckets[bucket(hash)] = page;
    if (parent != NONE) {
      children[parent]++;
    }
    entries++;
  }

  private void remove(int page) {
    int bucket = bucket(hashes[page]);
    if (buckets[bucket] == page) {
      buckets[bucket] = nextInBucket[page];
    } else {
      int before = buckets[bucket];
      while (nextInBucket[before] != page) {
        before = nextInBucket[before];
      }
      nextInBucket[before] = nextInBucket[page];
    }
    if (parents[page] != NONE) {
      children[parents[page]]--;
    }
    if (pool.references(page) == 1) {
      unused.remove(page);
    }
    cached[page] = false;
    entries--;
    pool.release(page);
  }

  private int bucket(long hash) {
    return (int) (hash ^ hash >>> 32) & buckets.length - 1;
  }
}
