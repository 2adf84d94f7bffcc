package updraft.tornado.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static updraft.tornado.kernel.Launch.arrays;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.sample.GumbelNoise;
import updraft.speculate.DraftTree;

/** Building and walking trees, against SGLang's golden vectors and the engine's own trees. */
abstract class VerificationContract {
  private static final int NONE = -1;
  private final KernelContext context = new KernelContext();
  private final SplittableRandom random = new SplittableRandom(5);

  /** SGLang's test_build_eagle_tree: k = 4, four steps, eight nodes. */
  @Test
  void selectionBecomesSglangsTree() {
    IntArray parents =
        IntArray.fromElements(
            -1, 0, 1, 2, 3, 4, 8, 9, 10, 20, 24, 21, 28, //
            -1, 0, 1, 2, 3, 4, 5, 6, 7, 24, 28, 20, 21);
    IntArray selected = IntArray.fromElements(0, 1, 4, 8, 20, 24, 36, 0, 4, 5, 6, 7, 24, 36);
    IntArray roots = IntArray.fromElements(5, 10);
    IntArray positions = Launch.ints(16);
    IntArray treeParents = Launch.ints(16);
    IntArray firstChildren = Launch.ints(16);
    IntArray nextSiblings = Launch.ints(16);
    Launch.run(
        1,
        1,
        2,
        arrays(parents, selected, roots),
        arrays(positions, treeParents, firstChildren, nextSiblings),
        graph ->
            graph.task(
                "kernel",
                TreeBuild::fromSelection,
                context,
                parents,
                selected,
                roots,
                positions,
                treeParents,
                firstChildren,
                nextSiblings,
                2,
                8,
                4,
                13));
    assertThat(positions.toHeapArray())
        .containsExactly(5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 12, 12, 12, 12, 13, 14);
    assertThat(firstChildren.toHeapArray())
        .containsExactly(1, 3, 4, 5, 6, 7, -1, -1, 1, 2, -1, 6, -1, -1, 7, -1);
    assertThat(nextSiblings.toHeapArray())
        .containsExactly(-1, 2, -1, -1, -1, -1, -1, -1, -1, -1, 3, 4, 5, -1, -1, -1);
  }

  /** SGLang's reconstruct_indices_from_tree_mask. */
  @Test
  void maskBecomesSglangsTree() {
    IntArray mask = IntArray.fromElements(1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 1);
    IntArray[] tree = fromMask(mask, IntArray.fromElements(12), 1, 4);
    assertThat(tree[0].toHeapArray()).containsExactly(12, 13, 13, 14);
    assertThat(tree[2].toHeapArray()).containsExactly(1, -1, 3, -1);
    assertThat(tree[3].toHeapArray()).containsExactly(-1, 2, -1, -1);
  }

  @Test
  void masksOfRandomTreesBecomeTheEnginesTrees() {
    int trees = 9;
    int nodes = 17;
    IntArray mask = Launch.ints(trees * nodes * nodes);
    IntArray roots = Launch.ints(trees);
    DraftTree[] drafts = new DraftTree[trees];
    for (int t = 0; t < trees; t++) {
      drafts[t] = randomTree(nodes);
      roots.set(t, 100 * t);
      for (int node = 0; node < nodes; node++) {
        for (int at = node; at != DraftTree.NONE; at = drafts[t].parent(at)) {
          mask.set((t * nodes + node) * nodes + at, 1);
        }
      }
    }
    IntArray[] built = fromMask(mask, roots, trees, nodes);
    for (int t = 0; t < trees; t++) {
      for (int node = 0; node < nodes; node++) {
        int at = t * nodes + node;
        assertThat(built[0].get(at)).isEqualTo(100 * t + drafts[t].depth(node));
        assertThat(built[1].get(at)).isEqualTo(drafts[t].parent(node));
        assertThat(built[2].get(at)).isEqualTo(drafts[t].firstChild(node));
        assertThat(built[3].get(at)).isEqualTo(drafts[t].nextSibling(node));
      }
    }
  }

  private DraftTree randomTree(int nodes) {
    DraftTree tree = new DraftTree(nodes - 1);
    tree.reset(1);
    int parent = 0;
    for (int node = 1; node < nodes; node++) {
      parent = random.nextInt(parent, node);
      tree.add(parent, 100 + node, 0.5f);
    }
    return tree;
  }

  /** Positions, parents, first children, next siblings. */
  private IntArray[] fromMask(IntArray mask, IntArray roots, int trees, int nodes) {
    IntArray[] tree = new IntArray[4];
    Arrays.setAll(tree, i -> Launch.ints(trees * nodes));
    Launch.run(
        1,
        1,
        trees,
        arrays(mask, roots),
        arrays((Object[]) tree),
        graph ->
            graph.task(
                "kernel",
                TreeBuild::fromMask,
                context,
                mask,
                roots,
                tree[0],
                tree[1],
                tree[2],
                tree[3],
                trees,
                nodes));
    return tree;
  }

  private static final int[] CANDIDATES = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12};
  private static final int[] FIRST = {1, 2, NONE, 4, 5, NONE, 4, 2, 3, NONE, 5, NONE};
  private static final int[] SIBLINGS = {
    NONE, 3, NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE, 1, NONE
  };

  /** SGLang's verify_tree_greedy. */
  @Test
  void greedyWalkAcceptsWhatSglangDoes() {
    int[] targets = new int[12];
    Arrays.fill(targets, 18);
    targets[0] = 3;
    targets[3] = 4;
    targets[4] = 5;
    targets[6] = 11;
    targets[10] = 12;
    IntArray tokens = IntArray.fromArray(CANDIDATES);
    IntArray chosen = IntArray.fromArray(targets);
    IntArray first = IntArray.fromArray(FIRST);
    IntArray siblings = IntArray.fromArray(SIBLINGS);
    IntArray predicted = Launch.ints(12);
    IntArray accepted = Launch.ints(8);
    IntArray counts = Launch.ints(2);
    Launch.run(
        1,
        1,
        2,
        arrays(tokens, chosen, first, siblings),
        arrays(predicted, accepted, counts),
        graph ->
            graph.task(
                "kernel",
                TreeWalk::match,
                context,
                tokens,
                chosen,
                first,
                siblings,
                predicted,
                accepted,
                counts,
                2,
                6,
                4));
    assertThat(predicted.toHeapArray())
        .containsExactly(3, -1, -1, 4, 5, 18, 11, -1, -1, -1, 12, 18);
    assertThat(accepted.toHeapArray()).containsExactly(0, 3, 4, 5, 6, 10, 11, -1);
    assertThat(counts.toHeapArray()).containsExactly(3, 2);
  }

  /** SGLang's tree_speculative_sampling_target_only with both thresholds 0. */
  @Test
  void targetOnlyWalkAcceptsWhatSglangDoes() {
    int vocabulary = 20;
    IntArray tokens = IntArray.fromArray(CANDIDATES);
    IntArray first = IntArray.fromArray(FIRST);
    IntArray siblings = IntArray.fromArray(SIBLINGS);
    FloatArray probabilities = Launch.floats(12 * vocabulary);
    for (int node = 0; node < 12; node++) {
      probabilities.set(node * vocabulary + 18, 1f);
    }
    FloatArray coins = Launch.floats(12);
    coins.init(0.5f);
    IntArray predicted = Launch.ints(12);
    IntArray accepted = Launch.ints(8);
    IntArray counts = Launch.ints(2);
    IntArray tried = Launch.ints(2 * vocabulary);
    Launch.run(
        1,
        1,
        2,
        arrays(tokens, probabilities, coins, first, siblings),
        arrays(predicted, accepted, counts, tried),
        graph ->
            graph.task(
                "kernel",
                TreeWalk::targetOnly,
                context,
                tokens,
                probabilities,
                coins,
                first,
                siblings,
                predicted,
                accepted,
                counts,
                tried,
                2,
                6,
                4,
                vocabulary,
                0f,
                0f));
    assertThat(accepted.toHeapArray()).containsExactly(0, 1, 2, -1, 6, 10, 11, -1);
    assertThat(counts.toHeapArray()).containsExactly(2, 2);
    assertThat(predicted.get(2)).isEqualTo(18);
    assertThat(predicted.get(11)).isEqualTo(18);
  }

  @Test
  void choicesAreThoseOfTheHost() {
    int rows = 5;
    int vocabulary = 777;
    int k = 6;
    FloatArray logits = Launch.random(rows * vocabulary, random);
    for (int i = 0; i < rows * vocabulary; i++) {
      logits.set(i, Math.round(logits.get(i) * 8) / 4f); // many are equal
    }
    IntArray step = Launch.step(rows);
    IntArray tokens = Launch.ints(rows);
    FloatArray traces = Launch.floats(rows);
    Launch.run(
        rows,
        1,
        Choice.ITEMS,
        arrays(step, logits),
        arrays(tokens, traces),
        graph ->
            graph.task(
                "kernel",
                Choice::largest,
                context,
                step,
                logits,
                tokens,
                traces,
                rows,
                vocabulary));
    IntArray topTokens = Launch.ints(rows * k);
    FloatArray topValues = Launch.floats(rows * k);
    Launch.run(
        rows,
        1,
        Choice.ITEMS,
        arrays(step, logits),
        arrays(topTokens, topValues),
        graph ->
            graph.task(
                "kernel", Choice::top, context, step, logits, topTokens, topValues, vocabulary, k));
    for (int row = 0; row < rows; row++) {
      int base = row * vocabulary;
      Integer[] order = new Integer[vocabulary];
      Arrays.setAll(order, v -> v);
      Arrays.sort(order, (a, b) -> Float.compare(logits.get(base + b), logits.get(base + a)));
      assertThat(tokens.get(row)).isEqualTo(order[0]);
      assertThat(traces.get(row)).isLessThan(1f);
      for (int rank = 0; rank < k; rank++) {
        assertThat(topTokens.get(row * k + rank)).isEqualTo(order[rank]);
        assertThat(topValues.get(row * k + rank)).isEqualTo(logits.get(base + order[rank]));
      }
    }
  }

  /** The engine's noise is in double precision: what leads by more than a hair is its choice. */
  @Test
  void sampledTokensAreTheEngines() {
    int rows = 24;
    int vocabulary = 500;
    FloatArray logits = Launch.random(rows * vocabulary, random);
    IntArray inputs = Launch.ints(1 + rows * Choice.CHOICE);
    IntArray largest = Launch.ints(rows + 1);
    FloatArray traces = Launch.floats(rows + 1);
    for (int row = 0; row < rows; row++) {
      int at = 1 + row * Choice.CHOICE;
      inputs.set(at, random.nextInt());
      inputs.set(at + 1, random.nextInt());
      inputs.set(at + 2, row % 3);
      inputs.set(at + 3, random.nextInt(5000));
      inputs.set(at + 4, row % 5 == 0 ? 0 : 3 + row % 40);
      inputs.set(at + 5, 16);
      for (int v = 0; v < vocabulary; v++) {
        if (logits.get(row * vocabulary + v) > logits.get(row * vocabulary + largest.get(row))) {
          largest.set(row, v);
        }
      }
      traces.set(row, row);
    }
    IntArray step = Launch.step(rows);
    IntArray tokens = Launch.ints(rows + 1);
    FloatArray told = Launch.floats(2 * rows + 2);
    Launch.run(
        rows,
        1,
        Choice.ITEMS,
        arrays(step, inputs, logits, largest, traces),
        arrays(tokens, told),
        graph ->
            graph.task(
                "kernel",
                Choice::sample,
                context,
                step,
                inputs,
                logits,
                largest,
                traces,
                tokens,
                told,
                1,
                rows + 1,
                vocabulary));
    for (int row = 0; row < rows; row++) {
      int at = 1 + row * Choice.CHOICE;
      long seed = (inputs.get(at) & 0xffffffffL) | (long) inputs.get(at + 1) << 32;
      GumbelNoise noise = new GumbelNoise(seed, inputs.get(at + 2));
      double temperature = inputs.get(at + 4) / 16.0;
      double[] values = new double[vocabulary];
      for (int v = 0; v < vocabulary; v++) {
        float logit = logits.get(row * vocabulary + v);
        values[v] =
            temperature == 0 ? logit : logit / temperature + noise.at(inputs.get(at + 3), v);
      }
      double chosen = values[tokens.get(row)];
      Arrays.sort(values);
      assertThat(told.get(2 * row + 1)).isEqualTo(row);
      if (temperature == 0) {
        assertThat(tokens.get(row)).isEqualTo(largest.get(row));
        assertThat(told.get(2 * row)).isEqualTo(Choice.CERTAIN);
      } else {
        assertThat(chosen).as("row %d", row).isCloseTo(values[vocabulary - 1], within(2e-5));
        assertThat((double) told.get(2 * row))
            .as("lead of row %d", row)
            .isCloseTo(values[vocabulary - 1] - values[vocabulary - 2], within(4e-5));
      }
    }
    assertThat(tokens.get(rows)).isEqualTo(-1);
  }
}
