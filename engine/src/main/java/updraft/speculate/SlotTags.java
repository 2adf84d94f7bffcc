package updraft.speculate;

import java.util.Arrays;
import updraft.cache.PageTable;

/**
 * Which of the target's slots a draft network has keys and values in, and of which tokens: by slot
 * a hash of all tokens up to it. So it is known without a word from whoever shares, replaces or
 * frees pages whether a page can be used: its tag is that of the sequence, or it cannot. A false
 * match would cost a bad draft, never a wrong token.
 *
 * <p>Of a network with features also the features of each page's last token, which the first token
 * of the next page needs: so a prompt can go on from another's page.
 */
final class SlotTags {
  private static final int PAGE = PageTable.PAGE_SIZE;

  private final long[] tags;
  private final int featureSize;

  /** By page; taken when first needed. */
  private final float[][] pageFeatures;

  private final long[] featureTags;

  SlotTags(int slots, int featureSize) {
    tags = new long[slots];
    this.featureSize = featureSize;
    pageFeatures = new float[featureSize == 0 ? 0 : slots / PAGE][0];
    featureTags = new long[pageFeatures.length];
  }

  /** The hash of tokens up to one, given that up to the token before. */
  static long next(long hash, int token) {
    long mixed = (hash ^ token) * 0x9E3779B97F4A7C15L + 0x632BE59BD9B4E019L;
    return (mixed ^ mixed >>> 29) | 1; // never 0, which is no tag
  }

  void set(int slot, long hash) {
    tags[slot] = hash;
  }

  boolean has(int slot, long hash) {
    return tags[slot] == hash;
  }

  /** Notes the features of the token at a position that ends a page. */
  void setFeatures(PageTable table, int position, long hash, float[] from, int offset) {
    int page = table.page(position / PAGE);
    if (pageFeatures[page].length == 0) {
      pageFeatures[page] = new float[featureSize];
    }
    System.arraycopy(from, offset, pageFeatures[page], 0, featureSize);
    featureTags[page] = hash;
  }

  /** Copies the features of the token at a position that ends a page, if they are known. */
  boolean features(PageTable table, int position, long hash, float[] to) {
    int page = table.page(position / PAGE);
    if (position % PAGE != PAGE - 1 || featureTags[page] != hash) {
      return false;
    }
    System.arraycopy(pageFeatures[page], 0, to, 0, featureSize);
    return true;
  }

  /**
   * The first position after the last page, of those full with positions below a limit, that does
   * not hold a sequence's tokens; 0 when all do.
   */
  int usableFrom(PageTable table, int limit, long[] hashes) {
    for (int page = limit / PAGE - 1; page >= 0; page--) {
      int last = page * PAGE + PAGE - 1;
      if (!has(table.slot(last), hashes[last])) {
        return (page + 1) * PAGE;
      }
    }
    return 0;
  }

  /** How many leading positions below a limit hold a sequence's tokens. */
  int usableUpTo(PageTable table, int limit, long[] hashes) {
    int end = Math.min(limit, table.capacity());
    int page = 0;
    while ((page + 1) * PAGE <= end
        && has(table.slot(page * PAGE + PAGE - 1), hashes[page * PAGE + PAGE - 1])) {
      page++;
    }
    int position = page * PAGE;
    while (position < end && has(table.slot(position), hashes[position])) {
      position++;
    }
    return position;
  }

  void clear() {
    Arrays.fill(tags, 0);
    Arrays.fill(featureTags, 0);
  }
}
