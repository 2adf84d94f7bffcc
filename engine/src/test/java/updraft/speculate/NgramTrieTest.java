package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NgramTrieTest {
  private static final int DEPTH = 6;

  @Test
  void countsEveryWindowOnce() {
    Random random = new Random(1);
    int[] tokens = random.ints(500, 0, 4).toArray();
    NgramTrie trie = new NgramTrie(DEPTH, 1, 1 << 14);
    NgramTrie.Cursor cursor = trie.cursor();
    for (int end = 1; end <= tokens.length; end++) {
      cursor.append(tokens[end - 1]);
      for (int length = 1; length <= Math.min(end, DEPTH); length++) {
        assertThat(trie.frequency(cursor.match(length)))
            .as("occurrences of the last %d of %d tokens", length, end)
            .isEqualTo(occurrences(tokens, end, length));
      }
    }
  }

  private static int occurrences(int[] tokens, int end, int length) {
    int count = 0;
    for (int start = 0; start + length <= end; start++) {
      boolean same = true;
      for (int i = 0; i < length && same; i++) {
        same = tokens[start + i] == tokens[end - length + i];
      }
      count += same ? 1 : 0;
    }
    return count;
  }

  @Test
  void childrenComeMostRecentFirst() {
    NgramTrie trie = new NgramTrie(DEPTH, 64, 64);
    NgramTrie.Cursor cursor = trie.cursor();
    for (int token : new int[] {1, 7, 1, 8, 1, 9, 1, 7, 1}) {
      cursor.append(token);
    }
    assertThat(children(trie, cursor.match(1))).containsExactly(7, 9, 8);
  }

  @Test
  void fullTrieForgetsWhatWasUsedLeastRecently() {
    NgramTrie trie = new NgramTrie(2, 1, 11); // ten windows besides the root
    NgramTrie.Cursor cursor = trie.cursor();
    for (int token = 0; token < 100; token++) {
      cursor.append(token);
    }
    List<Integer> first = children(trie, NgramTrie.ROOT);
    // 99 is a node, 98 to 95 are two each with what followed; of 94 the leaf went first
    assertThat(first).containsExactly(99, 98, 97, 96, 95, 94);
  }

  @Test
  void whatIsStillUsedStays() {
    NgramTrie trie = new NgramTrie(2, 1, 21);
    NgramTrie.Cursor cursor = trie.cursor();
    for (int token = 100; token < 200; token++) {
      cursor.append(1);
      cursor.append(2);
      cursor.append(token);
    }
    NgramTrie.Cursor later = trie.cursor();
    later.append(1);
    assertThat(children(trie, later.match(1))).containsExactly(2);
  }

  /** Many sequences in a pool far too small: references go stale all the time. */
  @ParameterizedTest
  @ValueSource(ints = {7, 8, 13, 40, 200})
  void recycledNodesNeverCorruptMatches(int maxNodes) {
    Random random = new Random(maxNodes);
    NgramTrie trie = new NgramTrie(DEPTH, 1, maxNodes);
    List<NgramTrie.Cursor> cursors = new ArrayList<>();
    List<List<Integer>> histories = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      cursors.add(trie.cursor());
      histories.add(new ArrayList<>());
    }
    for (int step = 0; step < 4000; step++) {
      int i = random.nextInt(random.nextInt(5) + 1);
      int token = random.nextInt(6);
      cursors.get(i).append(token);
      histories.get(i).add(token);
      for (int c = 0; c < cursors.size(); c++) {
        assertMatchesAreSuffixes(trie, cursors.get(c), histories.get(c));
      }
      if (step % 50 == 0) {
        assertConsistent(trie, maxNodes);
      }
    }
  }

  private static void assertMatchesAreSuffixes(
      NgramTrie trie, NgramTrie.Cursor cursor, List<Integer> history) {
    for (int length = 1; length <= cursor.longest(); length++) {
      int node = cursor.match(length);
      for (int i = 1; node != NgramTrie.NONE && i <= length; i++, node = trie.parent(node)) {
        assertThat(trie.token(node)).isEqualTo(history.get(history.size() - i));
      }
      assertThat(node).isIn(NgramTrie.NONE, NgramTrie.ROOT);
    }
  }

  private static void assertConsistent(NgramTrie trie, int maxNodes) {
    assertThat(count(trie, NgramTrie.ROOT, 0)).isBetween(2, maxNodes);
  }

  /** Nodes below and with this one, checking parents, depths and counts on the way. */
  private static int count(NgramTrie trie, int node, int depth) {
    assertThat(depth).isLessThanOrEqualTo(DEPTH);
    int nodes = 1;
    for (int child = trie.newestChild(node);
        child != NgramTrie.NONE;
        child = trie.olderSibling(child)) {
      assertThat(trie.parent(child)).isEqualTo(node);
      assertThat(trie.frequency(child)).isPositive();
      nodes += count(trie, child, depth + 1);
    }
    return nodes;
  }

  private static List<Integer> children(NgramTrie trie, int node) {
    List<Integer> tokens = new ArrayList<>();
    for (int child = trie.newestChild(node);
        child != NgramTrie.NONE;
        child = trie.olderSibling(child)) {
      tokens.add(trie.token(child));
    }
    return tokens;
  }

  @Test
  void aPathMustFit() {
    assertThatThrownBy(() -> new NgramTrie(6, 1, 6))
        .hasMessage("depth must be in [1, maxNodes): depth=6, maxNodes=6");
  }
}
