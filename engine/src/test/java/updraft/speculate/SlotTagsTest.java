package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import updraft.cache.PageTable;

class SlotTagsTest {
  private final SlotTags tags = new SlotTags(8 * 16, 4);
  private final PageTable table = new PageTable();
  private final long[] hashes = new long[60];

  SlotTagsTest() {
    for (int page : new int[] {5, 2, 7, 0}) {
      table.add(page);
    }
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = SlotTags.next(i == 0 ? 0 : hashes[i - 1], 3 * i);
    }
  }

  private void write(int from, int end) {
    for (int p = from; p < end; p++) {
      tags.set(table.slot(p), hashes[p]);
    }
  }

  @Test
  void whatWasWrittenIsUsable() {
    write(0, 37);
    assertThat(tags.usableUpTo(table, 60, hashes)).isEqualTo(37);
    assertThat(tags.usableUpTo(table, 20, hashes)).isEqualTo(20);
    assertThat(tags.usableFrom(table, 37, hashes)).isZero();
  }

  @Test
  void aPageOfOtherTokensIsNot() {
    write(0, 48);
    tags.set(table.slot(31), 12345); // another sequence has had the page since
    assertThat(tags.usableUpTo(table, 60, hashes)).isEqualTo(31);
    assertThat(tags.usableFrom(table, 48, hashes)).isEqualTo(32);
  }

  @Test
  void aPageThatTookAnothersPlaceIsNot() {
    write(0, 48);
    PageTable replaced = new PageTable();
    replaced.add(5);
    replaced.add(3); // of the same tokens, but the network has not read them there
    replaced.add(7);
    assertThat(tags.usableFrom(replaced, 48, hashes)).isEqualTo(32);
    assertThat(tags.usableUpTo(replaced, 48, hashes)).isEqualTo(16);
  }

  @Test
  void featuresOfAPagesLastTokenAreFoundByItsTokens() {
    float[] features = new float[4];
    assertThat(tags.features(table, 15, hashes[15], features)).isFalse();
    tags.setFeatures(table, 15, hashes[15], new float[] {9, 1, 2, 3, 4}, 1);
    assertThat(tags.features(table, 15, hashes[15], features)).isTrue();
    assertThat(features).containsExactly(1, 2, 3, 4);
    assertThat(tags.features(table, 15, hashes[15] + 2, features)).isFalse();
    assertThat(tags.features(table, 14, hashes[15], features)).isFalse();
  }

  @Test
  void theSameTokensAfterOthersHaveAnotherHash() {
    assertThat(SlotTags.next(SlotTags.next(0, 1), 5))
        .isNotEqualTo(SlotTags.next(SlotTags.next(0, 2), 5));
    assertThat(SlotTags.next(0, 0)).isNotZero();
  }
}
