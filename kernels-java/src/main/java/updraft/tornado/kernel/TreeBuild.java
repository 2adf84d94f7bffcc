package updraft.tornado.kernel;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/**
 * Draft trees as first child and next sibling, from what drafting leaves: SGLang's build, and the
 * same from a mask.
 *
 * <p>A tree has {@code nodes} nodes, the root at 0. A work-item owns a tree; trees are small and
 * few, so that this is bound by the launch.
 */
public final class TreeBuild {
  /** No such node. */
  private static final int NONE = -1;

  private TreeBuild() {}

  /**
   * From EAGLE's selection. Candidates are numbered over all steps: {@code topK} of the first,
   * {@code topK²} of each later one. A selected candidate c is a child of the candidate {@code
   * parents[c / topK]}, or of the root if {@code c < topK}.
   *
   * @param parents shape (trees, parentsPerTree): what each group of candidates was drafted from
   * @param selected shape (trees, nodes - 1), ascending
   * @param positions a tree: the root's position; then shape (trees, nodes): each node's
   * @param treeParents shape (trees, nodes): -1 for the root, and for a node whose parent was not
   *     selected
   * @param firstChildren shape (trees, nodes), -1 for none
   * @param nextSiblings shape (trees, nodes), -1 for none
   * @param roots a tree: the root's position
   */
  public static void fromSelection(
      KernelContext context,
      IntArray parents,
      IntArray selected,
      IntArray roots,
      IntArray positions,
      IntArray treeParents,
      IntArray firstChildren,
      IntArray nextSiblings,
      int trees,
      int nodes,
      int topK,
      int parentsPerTree) {
    int tree = context.globalIdx;
    if (tree < trees) {
      int base = tree * nodes;
      int selectedAt = tree * (nodes - 1);
      positions.set(base, roots.get(tree));
      treeParents.set(base, NONE);
      firstChildren.set(base, NONE);
      nextSiblings.set(base, NONE);
      for (int node = 1; node < nodes; node++) {
        firstChildren.set(base + node, NONE);
        nextSiblings.set(base + node, NONE);
        int group = selected.get(selectedAt + node - 1) / topK;
        int parent = 0;
        if (group > 0) {
          int wanted = parents.get(tree * parentsPerTree + group);
          parent = NONE;
          for (int other = 1; other < node; other++) {
            if (selected.get(selectedAt + other - 1) == wanted) {
              parent = other;
            }
          }
        }
        treeParents.set(base + node, parent);
        int above = parent < 0 ? roots.get(tree) - 1 : positions.get(base + parent);
        positions.set(base + node, above + 1);
      }
      link(treeParents, firstChildren, nextSiblings, base, nodes);
    }
  }

  /**
   * From a mask: node i sees node j. A node's parent is the last other node that it sees.
   *
   * @param mask shape (trees, nodes, nodes): 1 where the row's node sees the column's
   */
  public static void fromMask(
      KernelContext context,
      IntArray mask,
      IntArray roots,
      IntArray positions,
      IntArray treeParents,
      IntArray firstChildren,
      IntArray nextSiblings,
      int trees,
      int nodes) {
    int tree = context.globalIdx;
    if (tree < trees) {
      int base = tree * nodes;
      for (int node = 0; node < nodes; node++) {
        firstChildren.set(base + node, NONE);
        nextSiblings.set(base + node, NONE);
        int parent = NONE;
        int depth = 0;
        for (int other = 0; other < node; other++) {
          if (mask.get((base + node) * nodes + other) != 0) {
            parent = other;
            depth = depth + 1;
          }
        }
        treeParents.set(base + node, parent);
        positions.set(base + node, roots.get(tree) + depth);
      }
      link(treeParents, firstChildren, nextSiblings, base, nodes);
    }
  }

  /** From the last node to the first, so that the first child comes first. */
  private static void link(
      IntArray treeParents, IntArray firstChildren, IntArray nextSiblings, int base, int nodes) {
    for (int i = 1; i < nodes; i++) {
      int node = nodes - i;
      int parent = treeParents.get(base + node);
      if (parent >= 0) {
        int first = firstChildren.get(base + parent);
        nextSiblings.set(base + node, first);
        firstChildren.set(base + parent, node);
      }
    }
  }
}
