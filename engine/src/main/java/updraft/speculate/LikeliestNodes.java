package updraft.speculate;

import java.util.Arrays;

/** The nodes of a tree with the likeliest paths; of equals the earlier. For one thread. */
final class LikeliestNodes {
  private long[] order = new long[128];

  /** A path's probability as a number that is the smaller the likelier it is. */
  static int rank(float path) {
    return ~Float.floatToIntBits(path) & Integer.MAX_VALUE;
  }

  /** The path of a {@link #rank}. */
  static float path(int rank) {
    return Float.intBitsToFloat(~rank & Integer.MAX_VALUE);
  }

  /**
   * Chooses nodes of {@code 1 … size - 1}, told by {@link #node} in ascending order, so that one
   * comes after its parent.
   *
   * @param paths by node, none likelier than its parent's
   * @param most nodes
   * @param least a path that is less likely is left out
   * @return how many
   */
  int choose(float[] paths, int size, int most, double least) {
    if (order.length < size) {
      order = new long[2 * size];
    }
    int count = 0;
    for (int node = 1; node < size; node++) {
      if (paths[node] >= least) {
        order[count++] = (long) rank(paths[node]) << 32 | node;
      }
    }
    Arrays.sort(order, 0, count);
    int kept = Math.min(count, most);
    for (int i = 0; i < kept; i++) {
      order[i] &= 0xFFFFFFFFL;
    }
    Arrays.sort(order, 0, kept);
    return kept;
  }

  /** The least path of the likeliest so many nodes, of which there are more. */
  float least(float[] paths, int size, int most) {
    if (order.length < size) {
      order = new long[2 * size];
    }
    for (int node = 1; node < size; node++) {
      order[node - 1] = rank(paths[node]);
    }
    Arrays.sort(order, 0, size - 1);
    return path((int) order[most - 1]);
  }

  int node(int index) {
    return (int) order[index];
  }
}
