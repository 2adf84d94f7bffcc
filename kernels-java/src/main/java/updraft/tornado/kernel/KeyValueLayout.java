package updraft.tornado.kernel;

/**
 * Where keys and values lie: floats by layer, page of 16 slots and key-value head. A page's keys
 * are elements × 16 slots, so that the 16 items which score its slots read neighbours; values are
 * 16 slots × elements, so that items which own neighbouring elements do.
 */
public final class KeyValueLayout {
  /** Slots of a page. */
  public static final int PAGE = 16;

  private KeyValueLayout() {}

  /** Where a page's elements begin. */
  static int page(int layer, int pages, int page, int head, int heads, int size) {
    return ((layer * pages + page) * heads + head) * size * PAGE;
  }

  /** Where a slot's first key element is; the next is {@link #PAGE} further. */
  static int key(int layer, int pages, int slot, int head, int heads, int size) {
    return page(layer, pages, slot / PAGE, head, heads, size) + slot % PAGE;
  }

  /** Where a slot's first value element is; the next follows it. */
  static int value(int layer, int pages, int slot, int head, int heads, int size) {
    return page(layer, pages, slot / PAGE, head, heads, size) + slot % PAGE * size;
  }
}
