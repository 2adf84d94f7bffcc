package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Verification: walks draft trees from their roots and keeps what the target agrees with. Only
 * token ids and counts have to leave the device.
 *
 * <p>A work-item owns a tree. It follows at most as many edges as the tree is deep and looks at
 * each sibling on the way once; bound by the launch.
 */
public final class TreeWalk {
  private static final int NONE = -1;

  private TreeWalk() {}

  /**
   * Accepts a child when its token is the one that the target chose after its parent: the largest
   * logit ({@link Choice#largest}), or the sample that plain decoding would take there ({@link
   * Choice#sample}), so that greedy and sampled answers are those of plain decoding.
   *
   * @param tokens shape (trees, nodes): drafted, the root's first
   * @param chosen shape (trees, nodes): what the target chose after each node
   * @param firstChildren shape (trees, nodes), -1 for none
   * @param nextSiblings shape (trees, nodes), -1 for none
   * @param predicted shape (trees, nodes): at the nodes of the path what follows them, else -1
   * @param accepted shape (trees, maxPath): the path as node indices over all trees, root first,
   *     then -1
   * @param counts a tree: drafted tokens accepted
   */
  public static void match(
      KernelContext context,
      IntArray tokens,
      IntArray chosen,
      IntArray firstChildren,
      IntArray nextSiblings,
      IntArray predicted,
      IntArray accepted,
      IntArray counts,
      int trees,
      int nodes,
      int maxPath) {
    int tree = context.globalIdx;
    if (tree < trees) {
      int base = tree * nodes;
      for (int i = 0; i < nodes; i++) {
        predicted.set(base + i, NONE);
      }
      for (int i = 0; i < maxPath; i++) {
        accepted.set(tree * maxPath + i, NONE);
      }
      accepted.set(tree * maxPath, base);
      int node = 0;
      int count = 0;
      int open = 1;
      while (open == 1) {
        int token = chosen.get(base + node);
        predicted.set(base + node, token);
        int found = NONE;
        int child = firstChildren.get(base + node);
        while (child >= 0 && found < 0) {
          if (tokens.get(base + child) == token) {
            found = child;
          }
          child = nextSiblings.get(base + child);
        }
        open = 0;
        if (found >= 0 && count + 1 < maxPath) {
          count = count + 1;
          accepted.set(tree * maxPath + count, base + found);
          node = found;
          open = 1;
        }
      }
      counts.set(tree, count);
    }
  }

  /**
   * SGLang's rule, which looks at the target's probabilities alone: of siblings in order, the first
   * is accepted at which the coin is at most the sum of the probabilities tried so far over {@code
   * thresholdAll}, or whose own probability is at least {@code thresholdOne}. With thresholds below
   * 1 it is not lossless. The bonus is drawn from what the last node's children left over.
   *
   * @param probabilities shape (trees, nodes, vocabulary): the target's after each node
   * @param coins shape (trees, nodes): uniform, one for each accepted edge and the last
   * @param tried shape (trees, vocabulary): scratch, wholly written
   */
  public static void targetOnly(
      KernelContext context,
      IntArray tokens,
      FloatArray probabilities,
      FloatArray coins,
      IntArray firstChildren,
      IntArray nextSiblings,
      IntArray predicted,
      IntArray accepted,
      IntArray counts,
      IntArray tried,
      int trees,
      int nodes,
      int maxPath,
      int vocabulary,
      float thresholdOne,
      float thresholdAll) {
    int tree = context.globalIdx;
    if (tree < trees) {
      int base = tree * nodes;
      for (int i = 0; i < nodes; i++) {
        predicted.set(base + i, NONE);
      }
      for (int i = 0; i < maxPath; i++) {
        accepted.set(tree * maxPath + i, NONE);
      }
      for (int v = 0; v < vocabulary; v++) {
        tried.set(tree * vocabulary + v, 0);
      }
      accepted.set(tree * maxPath, base);
      float all = thresholdAll > 1e-9f ? thresholdAll : 1e-9f;
      int node = 0;
      int count = 0;
      int open = 1;
      while (open == 1) {
        float coin = coins.get(base + count);
        float sum = 0f;
        int found = NONE;
        int child = count + 1 < maxPath ? firstChildren.get(base + node) : NONE;
        while (child >= 0 && found < 0) {
          int token = tokens.get(base + child);
          float p = probabilities.get((base + node) * vocabulary + token);
          sum = sum + p;
          if (coin <= sum / all || p >= thresholdOne) {
            found = child;
          }
          child = nextSiblings.get(base + child);
        }
        open = 0;
        if (found >= 0) {
          predicted.set(base + node, tokens.get(base + found));
          count = count + 1;
          accepted.set(tree * maxPath + count, base + found);
          node = found;
          open = 1;
        }
      }
      int child = count + 1 < maxPath ? firstChildren.get(base + node) : NONE;
      while (child >= 0) {
        tried.set(tree * vocabulary + tokens.get(base + child), 1);
        child = nextSiblings.get(base + child);
      }
      float left = 0f;
      for (int v = 0; v < vocabulary; v++) {
        if (tried.get(tree * vocabulary + v) == 0) {
          left = left + probabilities.get((base + node) * vocabulary + v);
        }
      }
      float target = coins.get(base + nodes - 1) * left;
      float sum = 0f;
      int bonus = NONE;
      int last = 0;
      for (int v = 0; v < vocabulary; v++) {
        float p = probabilities.get((base + node) * vocabulary + v);
        if (tried.get(tree * vocabulary + v) == 0 && p > 0f) {
          sum = sum + p;
          last = v;
          if (bonus < 0 && sum > target) {
            bonus = v;
          }
        }
      }
      predicted.set(base + node, bonus < 0 ? last : bonus);
      counts.set(tree, count);
    }
  }
}
