package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import updraft.request.SamplingOptions;
import updraft.sample.TokenSampler;

/**
 * Golden vectors of SGLang's EAGLE worker: the shape of trees, and its sampling verification.
 * Greedy verification is in {@link CoupledVerifierTest}.
 */
class SglangGoldenTest {
  /** Four steps, four children, eight nodes; the sequence of 5 tokens. */
  @Test
  void theLikeliestOfAllLevelsBecomeTheTreeOfTheFirstSequence() {
    DraftNodes nodes = new DraftNodes();
    nodes.reset();
    int[] level = children(nodes, 0, 10, 0.7f, 0.25f, 0.002f, 0.001f);
    int[] below = children(nodes, level[0], 20, 0.9f, 0.01f, 0.01f, 0.01f);
    int[] other = children(nodes, level[1], 30, 0.9f, 0.01f, 0.01f, 0.01f);
    int[] third = children(nodes, below[0], 40, 0.9f, 0.01f, 0.01f, 0.01f);
    int[] fourth = children(nodes, other[0], 50, 0.9f, 0.01f, 0.01f, 0.01f);
    children(nodes, third[0], 60, 0.9f, 0.01f, 0.01f, 0.01f);
    children(nodes, fourth[0], 70, 0.02f, 0.01f, 0.01f, 0.01f);
    DraftTree tree = new DraftTree(7);
    tree.reset(1);
    nodes.copyBest(7, 0, tree);
    assertTree(
        tree,
        5,
        new int[] {5, 6, 6, 7, 7, 8, 8, 9},
        new int[] {1, 3, 4, 5, 6, 7, -1, -1},
        new int[] {-1, 2, -1, -1, -1, -1, -1, -1});
  }

  /** The sequence of 10 tokens. */
  @Test
  void theLikeliestOfAllLevelsBecomeTheTreeOfTheSecondSequence() {
    DraftNodes nodes = new DraftNodes();
    nodes.reset();
    int[] level = children(nodes, 0, 10, 0.97f, 0.01f, 0.001f, 0.001f);
    int[] below = children(nodes, level[0], 20, 0.08f, 0.5f, 0.06f, 0.055f);
    children(nodes, level[1], 30, 0.1f, 0.1f, 0.1f, 0.1f);
    children(nodes, below[0], 40, 0.1f, 0.1f, 0.1f, 0.1f);
    int[] third = children(nodes, below[1], 50, 0.8f, 0.05f, 0.05f, 0.05f);
    children(nodes, third[0], 60, 0.8f, 0.05f, 0.05f, 0.05f);
    DraftTree tree = new DraftTree(7);
    tree.reset(1);
    nodes.copyBest(7, 0, tree);
    assertTree(
        tree,
        10,
        new int[] {10, 11, 12, 12, 12, 12, 13, 14},
        new int[] {1, 2, -1, 6, -1, -1, 7, -1},
        new int[] {-1, -1, 3, 4, 5, -1, -1, -1});
  }

  private static int[] children(DraftNodes nodes, int parent, int token, float... probabilities) {
    int[] added = new int[probabilities.length];
    for (int i = 0; i < added.length; i++) {
      added[i] = nodes.add(parent, token + i, probabilities[i], probabilities[i]);
    }
    return added;
  }

  private static void assertTree(
      DraftTree tree, int length, int[] positions, int[] nextToken, int[] nextSibling) {
    int[] found = new int[tree.size()];
    int[] first = new int[tree.size()];
    int[] sibling = new int[tree.size()];
    for (int node = 0; node < tree.size(); node++) {
      found[node] = length + tree.depth(node);
      first[node] = tree.firstChild(node);
      sibling[node] = tree.nextSibling(node);
    }
    assertThat(found).isEqualTo(positions);
    assertThat(first).isEqualTo(nextToken);
    assertThat(sibling).isEqualTo(nextSibling);
  }

  /** Candidates 0 … 5 and 7 … 12, thresholds 0: the first child is accepted at every level. */
  @Test
  void samplingWithThresholdsOfZeroTakesFirstChildren() {
    DraftTree one = new DraftTree(5);
    one.reset(0);
    one.add(0, 1, 1); // 1; its sibling 3
    one.add(0, 3, 1);
    one.add(1, 2, 1);
    one.add(2, 4, 1);
    one.add(4, 5, 1);
    assertThat(accepted(one)).containsExactly(1, 2);
    DraftTree two = new DraftTree(5);
    two.reset(7);
    two.add(0, 11, 1); // 4; its sibling 1
    two.add(0, 8, 1);
    two.add(1, 12, 1);
    two.add(2, 9, 1);
    two.add(4, 10, 1);
    assertThat(accepted(two)).containsExactly(11, 12);
  }

  /** Tokens of the accepted nodes. */
  private static List<Integer> accepted(DraftTree tree) {
    int vocabulary = 20;
    float[] logits = new float[tree.size() * vocabulary];
    for (int node = 0; node < tree.size(); node++) {
      logits[node * vocabulary + 18] = 10;
    }
    RowLogits rows =
        new RowLogits() {
          @Override
          public float[] logits() {
            return logits;
          }

          @Override
          public int offset(int node) {
            return node * vocabulary;
          }
        };
    SamplingOptions cold = SamplingOptions.builder().temperature(0.01f).seed(3).build();
    List<Integer> tokens = new ArrayList<>();
    Verdict verdict = new Verdict(5);
    new TargetOnlyVerifier(0, 0)
        .verify(
            tree,
            rows,
            new TokenSampler(cold, 0, new int[] {0}, vocabulary),
            10,
            (token, node, drafted) -> tokens.add(token),
            verdict);
    assertThat(tokens).hasSize(verdict.accepted() + 1);
    return Arrays.stream(new int[verdict.accepted()])
        .boxed()
        .map(ignored -> tokens.removeFirst())
        .toList();
  }
}
