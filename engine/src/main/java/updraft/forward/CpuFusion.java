package updraft.forward;

import org.jspecify.annotations.Nullable;
import updraft.kernel.Activations;
import updraft.kernel.ComputePool;
import updraft.kernel.Kernels;
import updraft.kernel.RowMath;
import updraft.model.PackedMatrix;

/** Fuses hidden states of several layers of a target into a head's features: one product. */
final class CpuFusion {
  private static final int ITEMS_PER_THREAD = 6;

  private final PackedMatrix weights;
  private final float @Nullable [] norm;
  private final float epsilon;
  private final ComputePool pool;
  private final Kernels kernels;
  private final RowMath math;

  /** (rows, joined). */
  private final Activations joined;

  /** (rows, hidden, padded). */
  private final float[] product;

  private final int stride;
  private final ComputePool.Task quantize = this::quantize;
  private final ComputePool.Task multiply = this::multiply;

  // what the stages read
  private float[] from = {};
  private int rows;
  private int itemGroups;

  CpuFusion(
      PackedMatrix weights,
      float @Nullable [] norm,
      float epsilon,
      ComputePool pool,
      Kernels kernels,
      int maxRows) {
    this.weights = weights;
    this.norm = norm;
    this.epsilon = epsilon;
    this.pool = pool;
    this.kernels = kernels;
    this.math = kernels.rowMath();
    joined = new Activations(maxRows, weights.columns());
    stride = weights.groups() * kernels.lanes();
    product = new float[maxRows * stride];
  }

  /**
   * @param hidden shape (rows, joined)
   * @param to shape (rows, hidden)
   */
  void run(float[] hidden, int count, float[] to) {
    from = hidden;
    rows = count;
    pool.run(rows, quantize);
    int items = pool.threads() == 1 ? 1 : pool.threads() * ITEMS_PER_THREAD;
    itemGroups = Math.max(2, (weights.groups() + items - 1) / items);
    itemGroups += itemGroups & 1; // whole tiles of two
    pool.run((weights.groups() + itemGroups - 1) / itemGroups, multiply);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(product, row * stride, to, row * weights.rows(), weights.rows());
    }
  }

  private void quantize(int row, int thread) {
    int columns = weights.columns();
    int at = row * columns;
    if (norm == null) {
      System.arraycopy(from, at, joined.values(), at, columns);
    } else {
      math.rmsNorm(from, at, norm, columns, epsilon, joined.values(), at);
    }
    if (columns % PackedMatrix.BLOCK == 0) {
      math.quantize(joined, row, 0, columns / PackedMatrix.BLOCK);
    }
  }

  private void multiply(int item, int thread) {
    int first = item * itemGroups;
    int end = Math.min(weights.groups(), first + itemGroups);
    kernels.matMul().multiply(weights, first, end, joined, rows, product, 0, stride);
  }
}
