package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TreeMergerTest {
  private final TreeMerger merger = new TreeMerger();

  @Test
  void sharedPrefixesAreThereOnceWithTheLargerProbability() {
    DraftTree one = tree();
    int a = one.add(0, 5, 0.5f);
    one.add(a, 6, 0.9f);
    DraftTree other = tree();
    int b = other.add(0, 5, 0.7f);
    other.add(0, 8, 0.1f);
    other.add(b, 7, 0.4f);
    DraftTree merged = tree();
    merger.merge(one, other, 10, merged);
    assertThat(paths(merged)).containsExactly("5", "8", "5 6", "5 7");
    assertThat(merged.probability(1)).isEqualTo(0.7f);
    assertThat(merged.tag(1)).isEqualTo(TreeMerger.FIRST);
    assertThat(merged.tag(2)).isEqualTo(TreeMerger.SECOND);
    // together more than certain: shared out
    assertThat(merged.probability(3) + merged.probability(4)).isBetween(0.999f, 1.001f);
  }

  @Test
  void theLikeliestPathsAreKept() {
    DraftTree one = tree();
    int a = one.add(0, 1, 0.9f);
    int b = one.add(a, 2, 0.9f);
    one.add(b, 3, 0.9f);
    DraftTree other = tree();
    other.add(0, 9, 0.05f);
    DraftTree merged = tree();
    merger.merge(one, other, 3, merged);
    assertThat(paths(merged)).containsExactly("1", "1 2", "1 2 3");
  }

  @Test
  void ofRandomTreesEachPathIsThereOnce() {
    Random random = new Random(4);
    for (int run = 0; run < 200; run++) {
      DraftTree one = random(random);
      DraftTree other = random(random);
      DraftTree merged = tree();
      merger.merge(one, other, 63, merged);
      List<String> all = new ArrayList<>(paths(one));
      all.addAll(paths(other));
      assertThat(paths(merged))
          .containsExactlyInAnyOrderElementsOf(all.stream().distinct().toList());
    }
  }

  private static DraftTree random(Random random) {
    DraftTree tree = tree();
    for (int node = 0; node < tree.size() && tree.draftedTokens() < 25; node++) {
      for (int i = random.nextInt(3); i > 0 && tree.draftedTokens() < 25; i--) {
        int token = random.nextInt(4);
        if (tree.child(node, token) == DraftTree.NONE) {
          tree.add(node, token, random.nextFloat() / 3);
        }
      }
    }
    return tree;
  }

  private static DraftTree tree() {
    DraftTree tree = new DraftTree(63);
    tree.reset(0);
    return tree;
  }

  private static List<String> paths(DraftTree tree) {
    List<String> paths = new ArrayList<>();
    for (int node = 1; node < tree.size(); node++) {
      String path = "";
      for (int n = node; n != 0; n = tree.parent(n)) {
        path = tree.token(n) + " " + path;
      }
      paths.add(path.strip());
    }
    return paths;
  }
}
