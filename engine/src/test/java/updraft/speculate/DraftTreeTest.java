package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DraftTreeTest {
  // Golden vectors of SGLang: indices from a mask, and EAGLE's tree build for topk 4, 4 steps, N 8

  @Test
  void linksAndPositionsFromSglangsMask() {
    DraftTree tree = fromMask("1000", "1100", "1010", "1011");
    assertThat(ofNodes(tree, tree::firstChild)).containsExactly(1, -1, 3, -1);
    assertThat(ofNodes(tree, tree::nextSibling)).containsExactly(-1, 2, -1, -1);
    assertThat(ofNodes(tree, node -> 12 + tree.depth(node))).containsExactly(12, 13, 13, 14);
  }

  /** SGLang's rule: a node's parent is the last earlier node in its row. */
  private static DraftTree fromMask(String... rows) {
    DraftTree tree = new DraftTree(rows.length - 1);
    tree.reset(0);
    for (int node = 1; node < rows.length; node++) {
      tree.add(rows[node].lastIndexOf('1', node - 1), node, 1);
    }
    return tree;
  }

  @Test
  void linksAndPositionsOfEagleTrees() {
    DraftTree pairs = fromParents(0, 0, 1, 2, 3, 4, 5);
    assertThat(ofNodes(pairs, pairs::firstChild)).containsExactly(1, 3, 4, 5, 6, 7, -1, -1);
    assertThat(ofNodes(pairs, pairs::nextSibling)).startsWith(-1, 2, -1);
    assertThat(ofNodes(pairs, node -> 5 + pairs.depth(node)))
        .containsExactly(5, 6, 6, 7, 7, 8, 8, 9);

    DraftTree wide = fromParents(0, 1, 1, 1, 1, 3, 6);
    assertThat(ofNodes(wide, wide::firstChild)).containsExactly(1, 2, -1, 6, -1, -1, 7, -1);
    assertThat(ofNodes(wide, wide::nextSibling)).containsExactly(-1, -1, 3, 4, 5, -1, -1, -1);
    assertThat(ofNodes(wide, node -> 10 + wide.depth(node)))
        .containsExactly(10, 11, 12, 12, 12, 12, 13, 14);
  }

  private static DraftTree fromParents(int... parents) {
    DraftTree tree = new DraftTree(parents.length);
    tree.reset(0);
    for (int parent : parents) {
      tree.add(parent, tree.size(), 1);
    }
    return tree;
  }

  private static int[] ofNodes(DraftTree tree, IntUnaryOperator property) {
    return IntStream.range(0, tree.size()).map(property).toArray();
  }

  @Test
  void retainKeepsNodesWithTheirParents() {
    Random random = new Random(2);
    for (int run = 0; run < 500; run++) {
      DraftTree tree = new DraftTree(63);
      tree.reset(7);
      int parent = 0;
      while (tree.draftedTokens() < random.nextInt(64)) {
        parent += random.nextInt(Math.min(3, tree.size() - parent));
        tree.add(parent, 100 + tree.size(), random.nextFloat(), tree.size());
      }
      long kept = 1;
      for (int node = 1; node < tree.size(); node++) {
        if ((kept >>> tree.parent(node) & 1) != 0 && random.nextInt(3) > 0) {
          kept |= 1L << node;
        }
      }
      int[] tokens = ofNodes(tree, tree::token);
      int[] parents = ofNodes(tree, tree::parent);
      tree.retain(kept);
      assertThat(tree.size()).isEqualTo(Long.bitCount(kept));
      for (int node = 1; node < tree.size(); node++) {
        int old = tree.tag(node);
        assertThat(tree.token(node)).isEqualTo(tokens[old]);
        assertThat(tree.token(tree.parent(node))).isEqualTo(tokens[parents[old]]);
        assertThat(tree.depth(node)).isEqualTo(tree.depth(tree.parent(node)) + 1);
        assertThat(tree.child(tree.parent(node), tree.token(node))).isEqualTo(node);
      }
    }
  }

  @Test
  void refusesWhatIsNoTree() {
    DraftTree tree = new DraftTree(3);
    tree.reset(1);
    tree.add(0, 5, 1);
    tree.add(1, 6, 1);
    assertThatThrownBy(() -> tree.add(0, 7, 1))
        .hasMessage("parent must be a node not before the previous node's parent: parent=0");
    assertThatThrownBy(() -> tree.add(1, 6, 1))
        .hasMessage("children of a node must have distinct tokens: parent=1, token=6");
    assertThatThrownBy(() -> tree.retain(0b101))
        .hasMessage("a kept node's parent must be kept: node=2");
    tree.add(2, 8, 1);
    assertThatThrownBy(() -> tree.add(2, 9, 1))
        .hasMessage("nodes must be at most maxNodes: maxNodes=3");
    assertThatThrownBy(() -> new DraftTree(64))
        .hasMessage("maxNodes must be in [0, 63]: maxNodes=64");
  }
}
