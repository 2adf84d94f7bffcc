package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * What an EAGLE head's drafting does beside its layer: its input, joined from embedding and
 * features (the product that follows is {@link ByteMatMul}'s or {@link FloatMatMul}'s); the scores
 * of paths and which of them go on; and in the end which candidates become the tree. As SGLang's
 * eagle_utils have it, ties going to the candidate that came first.
 *
 * <p>{@link #concat}: a work-item owns a block of 32 columns of a row, which it copies and
 * quantises. {@link #grow} and {@link #keep}: a work-group owns a tree and an item every {@value
 * #ITEMS}-th candidate, whose rank it counts against all others. Some thousands of comparisons of
 * numbers that lie in the cache; bound by the launch.
 */
public final class EagleStep {
  /** Work-items of a group. */
  public static final int ITEMS = 64;

  private EagleStep() {}

  /**
   * A row's embedding, then its features, as floats and as int8 blocks.
   *
   * @param embeddings shape (rows, columns)
   * @param features shape (rows, columns)
   * @param y shape (rows, blocks × 32): columns beyond 2 × columns are zero
   * @param blocks of a row of 2 × columns
   */
  public static void concat(
      KernelContext context,
      IntArray step,
      FloatArray embeddings,
      FloatArray features,
      FloatArray y,
      FloatArray quants,
      FloatArray scales,
      FloatArray sums,
      int columns,
      int blocks) {
    int at = context.globalIdx;
    int rows = step.get(Step.ROWS);
    if (at < rows * blocks) {
      int row = at / blocks;
      int block = at % blocks;
      for (int k = 0; k < 32; k++) {
        int column = block * 32 + k;
        float value = 0f;
        if (column < columns) {
          value = embeddings.get(row * columns + column);
        } else if (column < 2 * columns) {
          value = features.get(row * columns + column - columns);
        }
        y.set(at * 32 + k, value);
      }
      Quantisation.block(y, quants, scales, sums, at);
    }
  }

  /**
   * One step of drafting: the score of a candidate is that of the path that it extends times its
   * own probability; the k best of k² go on. In step 0 there are k candidates, which all go on.
   *
   * @param step {@link Step#LAYER} is the step of drafting
   * @param probabilities shape (trees, topK, topK): of the likeliest tokens after each path, in
   *     falling order; in step 0 the first topK of a tree
   * @param tokens shape (trees, topK, topK), likewise
   * @param scores shape (trees, topK): of the paths that go on; read and written
   * @param chosen shape (trees, topK): their last tokens
   * @param origins shape (trees, topK): which path each of them extends
   * @param parents shape (trees, parentsPerTree): see {@link TreeBuild#fromSelection}; step 0
   *     writes the first topK + 1, each later one topK more as far as there is room
   * @param allScores shape (trees, candidates): topK of step 0, topK² of each later one
   * @param allTokens shape (trees, candidates), likewise
   */
  public static void grow(
      KernelContext context,
      IntArray step,
      FloatArray probabilities,
      IntArray tokens,
      FloatArray scores,
      IntArray chosen,
      IntArray origins,
      IntArray parents,
      FloatArray allScores,
      IntArray allTokens,
      int topK,
      int candidates,
      int parentsPerTree) {
    int tree = context.groupIdx;
    int item = context.localIdx;
    float[] before = context.allocateFloatLocalArray(topK);
    float[] grown = context.allocateFloatLocalArray(topK * topK);
    int depth = step.get(Step.LAYER);
    int count = depth == 0 ? topK : topK * topK;
    for (int path = item; path < topK; path += ITEMS) {
      float score = 1f;
      if (depth > 0) {
        score = scores.get(tree * topK + path);
      }
      before[path] = score;
    }
    context.localBarrier();
    int first = depth == 0 ? 0 : topK + (depth - 1) * topK * topK;
    for (int c = item; c < count; c += ITEMS) {
      float score = before[c / topK] * probabilities.get(tree * topK * topK + c);
      grown[c] = score;
      allScores.set(tree * candidates + first + c, score);
      allTokens.set(tree * candidates + first + c, tokens.get(tree * topK * topK + c));
    }
    context.localBarrier();
    int parentsAt = depth == 0 ? 1 : topK + 1 + (depth - 1) * topK;
    if (depth == 0 && item == 0) {
      parents.set(tree * parentsPerTree, -1);
    }
    for (int c = item; c < count; c += ITEMS) {
      float score = grown[c];
      int rank = 0;
      for (int other = 0; other < count; other++) {
        float rival = grown[other];
        if (rival > score || (rival == score && other < c)) {
          rank = rank + 1;
        }
      }
      rank = depth == 0 ? c : rank;
      if (rank < topK) {
        scores.set(tree * topK + rank, score);
        chosen.set(tree * topK + rank, tokens.get(tree * topK * topK + c));
        origins.set(tree * topK + rank, depth == 0 ? 0 : c / topK);
        if (parentsAt + rank < parentsPerTree) {
          parents.set(tree * parentsPerTree + parentsAt + rank, first + c);
        }
      }
    }
  }

  /**
   * The best candidates of all steps, in the order in which they came.
   *
   * @param allScores shape (trees, candidates)
   * @param allTokens shape (trees, candidates)
   * @param selected shape (trees, wanted), ascending
   * @param tokens shape (trees, wanted)
   * @param wanted at most {@code candidates}
   */
  public static void keep(
      KernelContext context,
      FloatArray allScores,
      IntArray allTokens,
      IntArray selected,
      IntArray tokens,
      int candidates,
      int wanted) {
    int tree = context.groupIdx;
    int item = context.localIdx;
    int[] taken = context.allocateIntLocalArray(candidates);
    for (int c = item; c < candidates; c += ITEMS) {
      float score = allScores.get(tree * candidates + c);
      int rank = 0;
      for (int other = 0; other < candidates; other++) {
        float rival = allScores.get(tree * candidates + other);
        if (rival > score || (rival == score && other < c)) {
          rank = rank + 1;
        }
      }
      taken[c] = rank < wanted ? 1 : 0;
    }
    context.localBarrier();
    for (int c = item; c < candidates; c += ITEMS) {
      if (taken[c] == 1) {
        int place = 0;
        for (int other = 0; other < c; other++) {
          place = place + taken[other];
        }
        selected.set(tree * wanted + place, c);
        tokens.set(tree * wanted + place, allTokens.get(tree * candidates + c));
      }
    }
  }
}
