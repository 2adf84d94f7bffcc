package updraft.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrefixCacheTest {
  private final PagePool pool = new PagePool(8);
  private final PrefixCache cache = new PrefixCache(pool);

  @Test
  void findsThePagesOfAKnownPrefix() {
    int[] known = tokens(1, 40);
    PageTable table = computed(known);
    cache.insert(known, 40, table);
    assertThat(cache.pages()).isEqualTo(2); // the third is not full

    PageTable other = new PageTable();
    assertThat(cache.match(tokens(1, 100), 99, other)).isEqualTo(32);
    assertThat(other.page(0)).isEqualTo(table.page(0));
    assertThat(other.page(1)).isEqualTo(table.page(1));
    assertThat(pool.references(table.page(0))).isEqualTo(3); // two tables and the cache
    assertThat(pool.isShared(table.page(2))).isFalse();
    assertThat(cache.lookups()).isEqualTo(1);
    assertThat(cache.hits()).isEqualTo(1);
  }

  @Test
  void takesNoMoreThanItMay() {
    int[] known = tokens(1, 48);
    cache.insert(known, 48, computed(known));
    assertThat(cache.match(known, 31, new PageTable())).isEqualTo(16);
    assertThat(cache.match(known, 32, new PageTable())).isEqualTo(32);
    assertThat(cache.match(known, 48, new PageTable())).isEqualTo(48);
    assertThat(cache.match(known, 0, new PageTable())).isZero();
    assertThat(cache.match(known, 15, new PageTable())).isZero();
  }

  @Test
  void missesWhenAnEarlierTokenDiffers() {
    int[] known = tokens(1, 48);
    cache.insert(known, 48, computed(known));
    int[] asked = known.clone();
    asked[3]++;
    assertThat(cache.match(asked, 48, new PageTable())).isZero();
    asked = known.clone();
    asked[20]++;
    assertThat(cache.match(asked, 48, new PageTable())).isEqualTo(16);
    assertThat(cache.hits()).isEqualTo(1);
  }

  @Test
  void keepsThePageThatIsKnownAndFreesItsTwin() {
    int[] tokens = tokens(1, 40);
    PageTable first = computed(tokens);
    PageTable second = computed(tokens);
    cache.insert(tokens, 40, first);
    assertThat(pool.free()).isEqualTo(2);
    cache.insert(tokens, 40, second);
    assertThat(cache.pages()).isEqualTo(2);
    assertThat(second.page(0)).isEqualTo(first.page(0));
    assertThat(second.page(1)).isEqualTo(first.page(1));
    assertThat(second.page(2)).isNotEqualTo(first.page(2));
    assertThat(pool.free()).isEqualTo(4);
    cache.insert(tokens, 40, second); // again changes nothing
    assertThat(pool.references(first.page(0))).isEqualTo(3);
  }

  @Test
  void givesWayToNewPagesLeastRecentlyUsedChainFirstAndItsLastPageFirst() {
    int[] old = tokens(1, 64);
    int[] recent = tokens(500, 64);
    cacheOnly(old);
    cacheOnly(recent);
    pool.release(matched(old)); // now recent is the older of the two
    assertThat(pool.free()).isZero();
    assertThat(pool.available()).isEqualTo(8);

    PageTable table = new PageTable();
    assertThat(pool.grow(table, 16)).isTrue();
    assertThat(cache.match(recent, 64, new PageTable())).isEqualTo(48);
    assertThat(cache.evictions()).isEqualTo(1);
    assertThat(cache.pages()).isEqualTo(7);
    assertThat(pool.available()).isEqualTo(4); // a table holds three of them again
  }

  @Test
  void neverTakesAPageThatATableHolds() {
    int[] tokens = tokens(1, 80);
    PageTable table = computed(tokens);
    cache.insert(tokens, 80, table);
    PageTable other = new PageTable();
    assertThat(pool.grow(other, 64)).isFalse();
    assertThat(pool.grow(other, 48)).isTrue();
    assertThat(cache.evictions()).isZero();
    pool.release(table);
    assertThat(pool.grow(other, 128)).isTrue();
    assertThat(cache.evictions()).isEqualTo(5);
    assertThat(cache.pages()).isZero();
  }

  @Test
  void keepsChainsReachableWhenAPageIsReleasedOutOfOrder() {
    int[] tokens = tokens(1, 33);
    PageTable table = computed(tokens);
    cache.insert(tokens, 33, table);
    pool.release(table.page(0));
    pool.release(table.page(1));
    pool.release(table.page(2));
    for (int i = 0; i < 7; i++) {
      pool.allocate();
    }
    assertThat(cache.match(tokens, 33, new PageTable())).isEqualTo(16);
  }

  @Test
  void forgetsEverythingButWhatTablesHold() {
    int[] held = tokens(1, 32);
    PageTable table = computed(held);
    cache.insert(held, 32, table);
    cacheOnly(tokens(500, 32));
    cache.clear();
    assertThat(cache.pages()).isZero();
    assertThat(cache.evictable()).isZero();
    assertThat(pool.free()).isEqualTo(6);
    assertThat(cache.match(held, 32, new PageTable())).isZero();
    pool.release(table);
    assertThat(pool.free()).isEqualTo(8);
  }

  @Test
  void refusesMisuse() {
    PageTable table = computed(tokens(1, 20));
    assertThatThrownBy(() -> cache.match(tokens(1, 20), 20, table))
        .hasMessage("table must be empty: pages=2");
    assertThatThrownBy(() -> cache.insert(tokens(1, 40), 40, table))
        .hasMessage("length must be within the table's capacity: length=40, capacity=32");
    assertThatThrownBy(() -> new PrefixCache(pool))
        .hasMessage("a page pool must have at most one prefix cache");
    cache.insert(tokens(1, 20), 20, table);
    assertThatThrownBy(() -> cache.insert(tokens(9, 20), 20, table))
        .hasMessage(
            "a page must not be published with other tokens than before: page=" + table.page(0));
  }

  /**
   * Random requests over few distinct prefixes, against what was written to each page: a match must
   * give pages of just these tokens, everything adds up at each step, and nothing leaks.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void servesAnyMixOfRequestsWithoutWrongPagesOrLeaks(int mode) {
    Random random = new Random(mode);
    PagePool pages = new PagePool(24);
    PageHash hash =
        switch (mode) {
          case 0 -> (parent, tokens, offset) -> 0; // nothing but collisions
          case 1 -> (parent, tokens, offset) -> tokens[offset] & 1;
          default -> PageHash.MULTIPLICATIVE;
        };
    PrefixCache prefixes = new PrefixCache(pages, hash);
    Map<Integer, List<Integer>> written = new HashMap<>(); // by page: all tokens up to its end
    List<PageTable> tables = new ArrayList<>();
    List<int[]> sequences = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      if (tables.size() < 6 && random.nextBoolean()) {
        int[] prompt = randomPrompt(random);
        PageTable table = new PageTable();
        int matched = prefixes.match(prompt, prompt.length - 1, table);
        assertThat(matched).isLessThan(prompt.length).isEqualTo(table.capacity());
        for (int i = 0; i < table.size(); i++) {
          assertThat(written.get(table.page(i))).isEqualTo(prefix(prompt, i));
        }
        int before = pages.available();
        int lacking = PageTable.pagesFor(prompt.length) - table.size();
        boolean grown = pages.grow(table, prompt.length);
        assertThat(grown).isEqualTo(lacking <= before);
        if (grown) {
          for (int i = matched / 16; i < table.size(); i++) {
            assertThat(pages.isShared(table.page(i))).isFalse();
            written.put(table.page(i), prefix(prompt, i));
          }
          tables.add(table);
          sequences.add(prompt);
        } else {
          pages.release(table);
        }
      } else if (!tables.isEmpty()) {
        int index = random.nextInt(tables.size());
        PageTable table = tables.get(index);
        int[] sequence = sequences.get(index);
        switch (random.nextInt(3)) {
          case 0 -> prefixes.insert(sequence, 1 + random.nextInt(sequence.length), table);
          case 1 -> {
            if (pages.grow(table, sequence.length + 40)) { // a draft that is not kept
              pages.shrink(table, sequence.length);
            }
          }
          default -> {
            if (random.nextBoolean()) {
              prefixes.insert(sequence, sequence.length, table);
            }
            pages.release(tables.remove(index));
            sequences.remove(index);
          }
        }
        for (int i = 0; i < table.size(); i++) {
          assertThat(written.get(table.page(i))).isEqualTo(prefix(sequence, i));
        }
      }
      checkCounts(pages, prefixes, tables);
    }
    assertThat(prefixes.hits()).isGreaterThan(1000);
    assertThat(prefixes.evictions()).isGreaterThan(100);
    tables.forEach(pages::release);
    assertThat(pages.available()).isEqualTo(24);
    prefixes.clear();
    assertThat(pages.free()).isEqualTo(24);
  }

  private static void checkCounts(PagePool pages, PrefixCache prefixes, List<PageTable> tables) {
    int[] holders = new int[pages.pages()];
    for (PageTable table : tables) {
      for (int i = 0; i < table.size(); i++) {
        holders[table.page(i)]++;
      }
    }
    int cached = 0;
    int unused = 0;
    int free = 0;
    for (int page = 0; page < holders.length; page++) {
      int byCache = pages.references(page) - holders[page];
      assertThat(byCache).isBetween(0, 1);
      cached += byCache;
      unused += holders[page] == 0 ? byCache : 0;
      free += pages.references(page) == 0 ? 1 : 0;
    }
    assertThat(prefixes.pages()).isEqualTo(cached);
    assertThat(prefixes.evictable()).isEqualTo(unused);
    assertThat(pages.free()).isEqualTo(free);
  }

  /** 1 to 96 tokens, made of one of two blocks of 16 at each place and a ragged end. */
  private static int[] randomPrompt(Random random) {
    int[] prompt = new int[1 + random.nextInt(96)];
    int block = 0;
    for (int i = 0; i < prompt.length; i++) {
      if (i % 16 == 0) {
        block = random.nextInt(2) * 100;
      }
      prompt[i] = block + i % 16;
    }
    return prompt;
  }

  /** The tokens that determine a sequence's page. */
  private static List<Integer> prefix(int[] sequence, int page) {
    int end = Math.min(sequence.length, (page + 1) * 16);
    return Arrays.stream(sequence, 0, end).boxed().toList();
  }

  private static int[] tokens(int first, int count) {
    int[] tokens = new int[count];
    Arrays.setAll(tokens, i -> first + i);
    return tokens;
  }

  private PageTable computed(int[] tokens) {
    PageTable table = new PageTable();
    assertThat(pool.grow(table, tokens.length)).isTrue();
    return table;
  }

  private void cacheOnly(int[] tokens) {
    PageTable table = computed(tokens);
    cache.insert(tokens, tokens.length, table);
    pool.release(table);
  }

  private PageTable matched(int[] tokens) {
    PageTable table = new PageTable();
    cache.match(tokens, tokens.length, table);
    return table;
  }
}
