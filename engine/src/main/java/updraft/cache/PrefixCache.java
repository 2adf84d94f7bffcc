package updraft.cache;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Full pages by the tokens that led to them, so that a prompt's known beginning need not be
 * computed again. A page is found by its 16 tokens and the page before it; tokens are compared, so
 * that equal hashes cannot give a wrong page.
 *
 * <p>Holds a reference to each of its pages. When pages run out it gives up the least recently used
 * page that nobody else holds and that no other cached page follows, so that what stays cached
 * stays reachable.
 */
public final class PrefixCache {
  private final PagePool pool;
  private final Map<Key, Node> nodes = new HashMap<>();

  /** Ends of the list of nodes by use: {@code newest.older … oldest}. */
  private final Node newest = new Node(null, null, -1);

  private final Node oldest = new Node(null, null, -1);
  private long lookups;
  private long hits;
  private long evictions;

  public PrefixCache(PagePool pool) {
    this.pool = pool;
    newest.older = oldest;
    oldest.newer = newest;
    pool.reserve(this::evict);
  }

  /** A page's tokens after the node before it; null when it is a beginning. */
  private record Key(@Nullable Node parent, int[] tokens, int hash) {
    static Key of(@Nullable Node parent, int[] tokens, int page) {
      int from = page * PageTable.PAGE_SIZE;
      int[] own = Arrays.copyOfRange(tokens, from, from + PageTable.PAGE_SIZE);
      int before = parent == null ? 0 : System.identityHashCode(parent);
      return new Key(parent, own, 31 * before + Arrays.hashCode(own));
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && key.parent == parent && Arrays.equals(key.tokens, tokens);
    }
  }

  private static final class Node {
    private final @Nullable Key key;
    private final @Nullable Node parent;
    private final int page;
    private int children;
    private @Nullable Node newer;
    private @Nullable Node older;

    Node(@Nullable Key key, @Nullable Node parent, int page) {
      this.key = key;
      this.parent = parent;
      this.page = page;
    }
  }

  /**
   * Adds the pages of the longest known beginning to an empty table.
   *
   * @param length how many of the tokens may be taken from the cache
   * @return positions that the table now has, a multiple of the page size
   */
  public int match(int[] tokens, int length, PageTable into) {
    lookups++;
    Node parent = null;
    for (int page = 0; (page + 1) * PageTable.PAGE_SIZE <= length; page++) {
      Node node = nodes.get(Key.of(parent, tokens, page));
      if (node == null) {
        break;
      }
      pool.retain(node.page);
      into.add(node.page);
      touch(node);
      parent = node;
    }
    hits += into.size() > 0 ? 1 : 0;
    return into.capacity();
  }

  /**
   * Keeps the full pages among a table's first positions. Pages whose content is known already stay
   * the table's own.
   */
  public void insert(int[] tokens, int length, PageTable table) {
    Node parent = null;
    for (int page = 0; (page + 1) * PageTable.PAGE_SIZE <= length; page++) {
      Key key = Key.of(parent, tokens, page);
      Node node = nodes.get(key);
      if (node == null) {
        node = new Node(key, parent, table.page(page));
        pool.retain(node.page);
        nodes.put(key, node);
        if (parent != null) {
          parent.children++;
        }
        link(node);
      } else {
        touch(node);
      }
      parent = node;
    }
  }

  /** Gives up everything. */
  public void clear() {
    while (!nodes.isEmpty()) {
      for (Node node = oldest.newer; node != null && node != newest; ) {
        Node next = node.newer;
        if (node.children == 0) {
          remove(node);
        }
        node = next;
      }
    }
  }

  private boolean evict() {
    for (Node node = oldest.newer; node != null && node != newest; node = node.newer) {
      if (node.children == 0 && pool.references(node.page) == 1) {
        remove(node);
        evictions++;
        return true;
      }
    }
    return false;
  }

  private void remove(Node node) {
    nodes.remove(node.key);
    unlink(node);
    if (node.parent != null) {
      node.parent.children--;
    }
    pool.release(node.page);
  }

  private void touch(Node node) {
    unlink(node);
    link(node);
  }

  private void link(Node node) {
    Node second = newest.older;
    node.newer = newest;
    node.older = second;
    if (second != null) {
      second.newer = node;
    }
    newest.older = node;
  }

  private static void unlink(Node node) {
    Node newer = node.newer;
    Node older = node.older;
    if (newer != null) {
      newer.older = older;
    }
    if (older != null) {
      older.newer = newer;
    }
  }

  /** Pages kept. */
  public int pages() {
    return nodes.size();
  }

  public long lookups() {
    return lookups;
  }

  /** Look-ups that found at least a page. */
  public long hits() {
    return hits;
  }

  public long evictions() {
    return evictions;
  }
}
