package updraft.tornado.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.speculate.DraftTree;

/**
 * Kernels that meet draft trees: attention over them, the steps that draft them, the walk that
 * verifies them. Over odd shapes, against scalar twins: on the simulator in every build, on a
 * device where there is one.
 */
abstract class DraftTreeContract {
  private static final int NONE = -1;
  private final KernelContext context = new KernelContext();
  private final SplittableRandom random = new SplittableRandom(23);

  @ParameterizedTest
  @CsvSource({
    // heads, kvHeads, headSize, committed, nodes, pages of a part
    "1, 1, 1, 0, 1, 16",
    "3, 1, 7, 5, 6, 16",
    "4, 2, 20, 33, 9, 16",
    "6, 3, 8, 70, 5, 2", // five parts
    "20, 1, 4, 20, 3, 1" // more queries than a work-group takes
  })
  void rowsAttendToPrefixAndAncestors(
      int heads, int kvHeads, int headSize, int committed, int nodes, int splitPages) {
    int sequences = 2;
    int rows = sequences * nodes;
    int tablePages = (committed + nodes) / 16 + 1;
    int pages = sequences * tablePages;
    int layer = 1;
    FloatArray projected = Launch.random(rows * (heads + 2 * kvHeads) * headSize, random);
    FloatArray keys = Launch.random(2 * pages * 16 * kvHeads * headSize, random);
    FloatArray values = Launch.random(keys.getSize(), random);
    int group = heads / kvHeads;
    int rowsPerTile = TreeAttention.rowsPerTile(group);
    int queries = rowsPerTile * TreeAttention.queriesPerRow(group);
    int tilesAt = rows * RowField.SIZE;
    int tiles = sequences * Launch.groups(nodes, rowsPerTile);
    int tablesAt = tilesAt + tiles * TreeAttention.TILE;
    IntArray inputs = Launch.ints(tablesAt + pages);
    int[][] slots = new int[rows][]; // of each position that a row sees
    int[] order = shuffled(pages);
    for (int page = 0; page < pages; page++) {
      inputs.set(tablesAt + page, order[page]);
    }
    int tile = 0;
    for (int sequence = 0; sequence < sequences; sequence++) {
      int table = tablesAt + sequence * tablePages;
      int first = sequence * nodes;
      for (int node = 0; node < nodes; node++) {
        int row = first + node;
        int parent = node == 0 ? NONE : first + random.nextInt(node);
        int[] seen =
            node == 0
                ? IntStream.range(0, committed).map(p -> slot(inputs, table, p)).toArray()
                : slots[parent];
        int own = slot(inputs, table, committed + node);
        slots[row] = Arrays.copyOf(seen, seen.length + 1);
        slots[row][seen.length] = own;
        boolean inPlace = node == 0;
        int at = row * RowField.SIZE;
        inputs.set(at + RowField.POSITION, seen.length);
        inputs.set(at + RowField.SLOT, own);
        inputs.set(at + RowField.PARENT, parent);
        inputs.set(at + RowField.PREFIX, inPlace ? committed + 1 : committed);
        inputs.set(at + RowField.TABLE, table);
      }
      for (int from = 0; from < nodes; from += rowsPerTile) {
        int count = Math.min(rowsPerTile, nodes - from);
        int at = tilesAt + tile * TreeAttention.TILE;
        int last = 0;
        for (int i = 0; i < count; i++) {
          last = Math.max(last, slots[first + from + i].length - 1);
        }
        inputs.set(at, first + from);
        inputs.set(at + 1, count);
        inputs.set(at + 2, last);
        tile++;
      }
    }
    int splits = Launch.groups(tablePages, splitPages);
    int blocks = (heads * headSize + 31) / 32;
    float scale = 0.7f;
    IntArray step = Launch.step(rows);
    step.set(Step.LAYER, layer);
    step.set(Step.TILES, tiles);
    FloatArray sums = Launch.floats(rows * heads * splits * headSize);
    FloatArray maxima = Launch.floats(rows * heads * splits * 2);
    FloatArray attended = Launch.floats(rows * blocks * 32);
    new Run()
        .in(step, inputs, projected, keys, values)
        .kept(sums, maxima)
        .task(
            "attend",
            tiles * kvHeads * TreeAttention.chunks(group),
            splits,
            queries * 16,
            graph ->
                graph.task(
                    "attend",
                    TreeAttention::attend,
                    context,
                    step,
                    inputs,
                    projected,
                    keys,
                    values,
                    sums,
                    maxima,
                    heads,
                    kvHeads,
                    headSize,
                    pages,
                    tilesAt,
                    splits,
                    splitPages,
                    queries,
                    scale))
        .task(
            "combine",
            Launch.groups(rows * blocks * 32, TreeAttention.COMBINE_ITEMS),
            TreeAttention.COMBINE_ITEMS,
            graph ->
                graph.task(
                    "combine",
                    TreeAttention::combine,
                    context,
                    step,
                    inputs,
                    sums,
                    maxima,
                    attended,
                    heads,
                    headSize,
                    splits,
                    splitPages,
                    blocks))
        .out(attended);
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < heads; head++) {
        int kvHead = head / group;
        double[] weights = new double[slots[row].length];
        for (int p = 0; p < weights.length; p++) {
          int at = KeyValueLayout.key(layer, pages, slots[row][p], kvHead, kvHeads, headSize);
          for (int e = 0; e < headSize; e++) {
            weights[p] +=
                (double) keys.get(at + e * 16)
                    * projected.get((row * (heads + 2 * kvHeads) + head) * headSize + e);
          }
          weights[p] = Math.exp(scale * weights[p]);
        }
        double total = Arrays.stream(weights).sum();
        for (int e = 0; e < headSize; e++) {
          double expected = 0;
          for (int p = 0; p < weights.length; p++) {
            int at = KeyValueLayout.value(layer, pages, slots[row][p], kvHead, kvHeads, headSize);
            expected += weights[p] / total * values.get(at + e);
          }
          assertThat((double) attended.get(row * blocks * 32 + head * headSize + e))
              .as("row %d, head %d, element %d", row, head, e)
              .isCloseTo(expected, within(3e-5));
        }
      }
      for (int k = heads * headSize; k < blocks * 32; k++) {
        assertThat(attended.get(row * blocks * 32 + k)).isZero();
      }
    }
  }

  private static int slot(IntArray inputs, int table, int position) {
    return inputs.get(table + position / 16) * 16 + position % 16;
  }

  private int[] shuffled(int count) {
    List<Integer> all = new ArrayList<>(IntStream.range(0, count).boxed().toList());
    java.util.Collections.shuffle(
        all, java.util.Random.from((java.util.random.RandomGenerator) random));
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "3, 2, 3, 5", "2, 4, 4, 8", "1, 9, 3, 60"})
  void draftingGrowsAndSelectsAsSglangDoes(int trees, int topK, int steps, int wanted) {
    int square = topK * topK;
    int candidates = topK + (steps - 1) * square;
    int parentsPerTree = topK + 1 + Math.max(0, steps - 2) * topK;
    int nodes = Math.min(wanted, candidates);
    SglangDraft[] twins = new SglangDraft[trees];
    Arrays.setAll(twins, t -> new SglangDraft(topK));
    FloatArray probabilities = Launch.floats(trees * square);
    IntArray tokens = Launch.ints(trees * square);
    IntArray step = Launch.ints(Step.SIZE);
    FloatArray scores = Launch.floats(trees * topK);
    IntArray chosen = Launch.ints(trees * topK);
    IntArray origins = Launch.ints(trees * topK);
    IntArray parents = Launch.ints(trees * parentsPerTree);
    FloatArray allScores = Launch.floats(trees * candidates);
    IntArray allTokens = Launch.ints(trees * candidates);
    new Run()
        .in(step, probabilities, tokens)
        .kept(scores, chosen, origins, parents, allScores, allTokens)
        .task(
            "grow",
            trees,
            EagleStep.ITEMS,
            graph ->
                graph.task(
                    "grow",
                    EagleStep::grow,
                    context,
                    step,
                    probabilities,
                    tokens,
                    scores,
                    chosen,
                    origins,
                    parents,
                    allScores,
                    allTokens,
                    topK,
                    candidates,
                    parentsPerTree))
        .repeat(
            steps,
            i -> {
              step.set(Step.LAYER, i);
              for (int t = 0; t < trees; t++) {
                int count = i == 0 ? topK : square;
                float[] p = new float[count];
                int[] ids = new int[count];
                for (int c = 0; c < count; c++) {
                  p[c] = (8 - c % topK % 8 + random.nextInt(2)) / 16f; // many scores are equal
                  ids[c] = random.nextInt(1000);
                  probabilities.set(t * square + c, p[c]);
                  tokens.set(t * square + c, ids[c]);
                }
                twins[t].step(i, p, ids);
              }
            },
            scores,
            chosen,
            origins,
            parents,
            allScores,
            allTokens);
    IntArray selected = Launch.ints(trees * nodes);
    IntArray selectedTokens = Launch.ints(trees * nodes);
    new Run()
        .in(allScores, allTokens)
        .task(
            "keep",
            trees,
            EagleStep.ITEMS,
            graph ->
                graph.task(
                    "keep",
                    EagleStep::keep,
                    context,
                    allScores,
                    allTokens,
                    selected,
                    selectedTokens,
                    candidates,
                    nodes))
        .out(selected, selectedTokens);
    for (int t = 0; t < trees; t++) {
      SglangDraft twin = twins[t];
      assertThat(of(allScores, t, candidates)).isEqualTo(twin.allScores);
      assertThat(of(allTokens, t, candidates)).isEqualTo(twin.allTokens);
      assertThat(of(scores, t, topK)).isEqualTo(twin.scores);
      assertThat(of(chosen, t, topK)).isEqualTo(twin.chosen);
      assertThat(of(origins, t, topK)).isEqualTo(twin.origins);
      assertThat(of(parents, t, parentsPerTree)).isEqualTo(twin.parents.subList(0, parentsPerTree));
      List<Integer> best = twin.best(nodes);
      assertThat(of(selected, t, nodes)).isEqualTo(best);
      assertThat(of(selectedTokens, t, nodes))
          .isEqualTo(best.stream().map(twin.allTokens::get).toList());
    }
  }

  private static List<Float> of(FloatArray array, int tree, int size) {
    return IntStream.range(tree * size, (tree + 1) * size).mapToObj(array::get).toList();
  }

  private static List<Integer> of(IntArray array, int tree, int size) {
    return IntStream.range(tree * size, (tree + 1) * size).mapToObj(array::get).toList();
  }

  /** SGLang's select_top_k_tokens and organize_draft_results for one tree. */
  private static final class SglangDraft {
    final int topK;
    final List<Float> allScores = new ArrayList<>();
    final List<Integer> allTokens = new ArrayList<>();
    final List<Integer> parents = new ArrayList<>();
    List<Float> scores = List.of();
    List<Integer> chosen = List.of();
    List<Integer> origins = List.of();

    SglangDraft(int topK) {
      this.topK = topK;
    }

    void step(int depth, float[] probabilities, int[] tokens) {
      int first = allScores.size();
      List<Float> grown = new ArrayList<>();
      for (int c = 0; c < probabilities.length; c++) {
        grown.add(depth == 0 ? probabilities[c] : scores.get(c / topK) * probabilities[c]);
        allTokens.add(tokens[c]);
      }
      allScores.addAll(grown);
      List<Integer> best =
          depth == 0 ? IntStream.range(0, topK).boxed().toList() : top(grown, topK);
      if (depth == 0) {
        parents.add(-1);
      }
      best.forEach(c -> parents.add(first + c));
      scores = best.stream().map(grown::get).toList();
      chosen = best.stream().map(c -> tokens[c]).toList();
      origins = best.stream().map(c -> depth == 0 ? 0 : c / topK).toList();
    }

    List<Integer> best(int wanted) {
      return top(allScores, wanted).stream().sorted().toList();
    }

    private static List<Integer> top(List<Float> scores, int count) {
      return IntStream.range(0, scores.size())
          .boxed()
          .sorted(Comparator.comparing((Integer c) -> -scores.get(c)))
          .limit(count)
          .toList();
    }
  }

  /** The walk of greedy and of sampled answers: which of the two is in {@code chosen}. */
  @Test
  void walksOfRandomTreesAreTheEngines() {
    int trees = 7;
    int nodes = 13;
    int maxPath = 5;
    IntArray tokens = Launch.ints(trees * nodes);
    IntArray chosen = Launch.ints(trees * nodes);
    IntArray first = Launch.ints(trees * nodes);
    IntArray siblings = Launch.ints(trees * nodes);
    DraftTree[] drafts = new DraftTree[trees];
    for (int t = 0; t < trees; t++) {
      DraftTree tree = new DraftTree(nodes - 1);
      tree.reset(3);
      for (int node = 1; node < nodes; node++) {
        tree.add(parent(tree, node), 10 + node % 4, 0.5f);
      }
      drafts[t] = tree;
      for (int node = 0; node < nodes; node++) {
        int at = t * nodes + node;
        tokens.set(at, tree.token(node));
        chosen.set(at, 10 + random.nextInt(4));
        first.set(at, tree.firstChild(node));
        siblings.set(at, tree.nextSibling(node));
      }
    }
    IntArray predicted = Launch.ints(trees * nodes);
    IntArray accepted = Launch.ints(trees * maxPath);
    IntArray counts = Launch.ints(trees);
    new Run()
        .in(tokens, chosen, first, siblings)
        .task(
            "match",
            1,
            trees,
            graph ->
                graph.task(
                    "match",
                    TreeWalk::match,
                    context,
                    tokens,
                    chosen,
                    first,
                    siblings,
                    predicted,
                    accepted,
                    counts,
                    trees,
                    nodes,
                    maxPath))
        .out(predicted, accepted, counts);
    int sum = 0;
    for (int t = 0; t < trees; t++) {
      List<Integer> path = new ArrayList<>(List.of(t * nodes));
      Integer[] expected = new Integer[nodes];
      Arrays.fill(expected, NONE);
      int node = 0;
      while (node != DraftTree.NONE) {
        expected[node] = chosen.get(t * nodes + node);
        int child = drafts[t].child(node, expected[node]);
        node = path.size() < maxPath ? child : DraftTree.NONE;
        if (node != DraftTree.NONE) {
          path.add(t * nodes + node);
        }
      }
      assertThat(counts.get(t)).isEqualTo(path.size() - 1);
      assertThat(of(predicted, t, nodes)).isEqualTo(List.of(expected));
      sum += path.size() - 1;
      while (path.size() < maxPath) {
        path.add(NONE);
      }
      assertThat(of(accepted, t, maxPath)).isEqualTo(path);
    }
    assertThat(sum).isPositive();
  }

  /** Any node that has no child of this token yet; breadth first. */
  private int parent(DraftTree tree, int node) {
    int lowest = node == 1 ? 0 : tree.parent(node - 1);
    for (int parent = lowest; parent < node; parent++) {
      if (tree.child(parent, 10 + node % 4) == DraftTree.NONE && random.nextInt(3) > 0) {
        return parent;
      }
    }
    return node - 1;
  }
}
