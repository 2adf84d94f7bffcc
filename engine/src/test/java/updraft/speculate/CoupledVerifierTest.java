package updraft.speculate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoupledVerifierTest implements VerifierContract {
  private static final int END = 99;

  @Override
  public Verifier verifier() {
    return new CoupledVerifier();
  }

  // Golden vectors of SGLang's EAGLE greedy verification: candidates, first child and next sibling
  // by node, the target's choice by node; then what each accepted node predicts, and their indices.

  @Test
  void greedyWalkOfSglangsFirstTree() {
    LinkedTree tree =
        new LinkedTree(
            new int[] {0, 1, 2, 3, 4, 5},
            new int[] {1, 2, -1, 4, 5, -1},
            new int[] {-1, 3, -1, -1, -1, -1});
    assertThat(walk(tree, 3, 18, 18, 4, 5, 18)).containsExactly(0, 3, 4, 5);
    assertThat(committed).containsExactly(3, 4, 5, 18);
  }

  @Test
  void greedyWalkOfSglangsSecondTree() {
    LinkedTree tree =
        new LinkedTree(
            new int[] {7, 8, 9, 10, 11, 12},
            new int[] {4, 2, 3, -1, 5, -1},
            new int[] {-1, -1, -1, -1, 1, -1});
    assertThat(walk(tree, 11, 18, 18, 18, 12, 18)).containsExactly(0, 4, 5);
    assertThat(committed).containsExactly(11, 12, 18);
  }

  private final List<Integer> committed = new ArrayList<>();

  /** The accepted nodes in SGLang's numbers, its root included. */
  private List<Integer> walk(LinkedTree linked, int... targets) {
    int[] chosen = {0};
    Verdict verdict = new Verdict(8);
    verifier()
        .verify(
            linked.tree,
            new NodeNumbers(),
            (logits, offset, position) -> {
              int node = linked.numbers[offset];
              assertThat(position).isEqualTo(40 + 1 + chosen[0]++);
              return targets[node];
            },
            40,
            (token, node, drafted) -> committed.add(token),
            verdict);
    List<Integer> accepted = new ArrayList<>(List.of(0));
    for (int i = 0; i < verdict.accepted(); i++) {
      accepted.add(linked.numbers[verdict.node(i)]);
    }
    assertThat(verdict.bonus()).isEqualTo(committed.getLast());
    return accepted;
  }

  @Test
  void endsWhereTheSinkSaysSo() {
    DraftTree tree = new DraftTree(3);
    tree.reset(1);
    tree.add(0, 2, 1);
    tree.add(1, END, 1);
    tree.add(2, 4, 1);
    Verdict verdict = new Verdict(3);
    int[] script = {2, END, 4, 5};
    List<String> said = new ArrayList<>();
    verifier()
        .verify(
            tree,
            new NodeNumbers(),
            (logits, offset, position) -> script[offset],
            0,
            (token, node, drafted) -> {
              said.add(token + " of node " + node + (drafted ? " drafted" : " bonus"));
              return token != END;
            },
            verdict);
    assertThat(said).containsExactly("2 of node 0 drafted", "99 of node 1 drafted");
    assertThat(verdict.accepted()).isEqualTo(2);
    assertThat(verdict.tokens()).isEqualTo(2);
    assertThat(verdict.hasBonus()).isFalse();
    assertThatThrownBy(verdict::bonus)
        .hasMessage("the sequence ended with an accepted token: no bonus");
  }

  @Test
  void rootAloneYieldsItsToken() {
    DraftTree tree = new DraftTree(0);
    tree.reset(1);
    Verdict verdict = new Verdict(0);
    verifier()
        .verify(
            tree,
            new NodeNumbers(),
            (l, o, position) -> position,
            6,
            (t, n, drafted) -> true,
            verdict);
    assertThat(verdict.accepted()).isZero();
    assertThat(verdict.bonus()).isEqualTo(7);
    assertThat(verdict.lastNode()).isZero();
  }

  /** No logits: an offset is its node's number. */
  private static final class NodeNumbers implements RowLogits {
    @Override
    public float[] logits() {
      return new float[0];
    }

    @Override
    public int offset(int node) {
      return node;
    }
  }

  /** A tree given as SGLang gives it, in any order of nodes. */
  private static final class LinkedTree {
    final DraftTree tree;

    /** SGLang's number of each node. */
    final int[] numbers;

    LinkedTree(int[] tokens, int[] firstChild, int[] nextSibling) {
      tree = new DraftTree(tokens.length - 1);
      numbers = new int[tokens.length];
      Arrays.fill(numbers, -1);
      tree.reset(tokens[0]);
      numbers[0] = 0;
      for (int node = 0; node < tree.size(); node++) {
        for (int c = firstChild[numbers[node]]; c != -1; c = nextSibling[c]) {
          numbers[tree.add(node, tokens[c], 1)] = c;
        }
      }
    }
  }
}
