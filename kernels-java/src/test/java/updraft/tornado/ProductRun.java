package updraft.tornado;

import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;

import java.util.List;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.model.GgufTensor;
import updraft.model.Repacker;
import updraft.tornado.kernel.Packing;
import updraft.tornado.kernel.Quantisation;
import updraft.tornado.kernel.Step;

/** Quantises rows and multiplies them with a tensor, as a graph does it. */
public final class ProductRun {
  private ProductRun() {}

  /**
   * @param x shape (rows, columns)
   * @return shape (rows, outputs)
   */
  public static float[] product(GgufTensor tensor, FloatArray x, int rows) {
    return run(tensor, x, rows, null);
  }

  /** As {@link #product}, added to {@code residual}, shape (rows, outputs). */
  public static float[] added(GgufTensor tensor, FloatArray x, int rows, FloatArray residual) {
    return run(tensor, x, rows, residual);
  }

  private static float[] run(
      GgufTensor tensor, FloatArray x, int rows, @Nullable FloatArray residual) {
    Matrix w =
        new WeightArrays(List.of(new Repacker(Packing.LANES).pack(tensor)))
            .matrix(0, 0, DeviceWeights.zeros(1), 0);
    Quantised rowsOfX = Quantised.of(rows, tensor.columns());
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < tensor.columns(); k++) {
        rowsOfX.values().set(row * w.blocks() * Sizes.BLOCK + k, x.get(row * tensor.columns() + k));
      }
    }
    IntArray step = new IntArray(Step.SIZE);
    step.init(0);
    step.set(Step.ROWS, rows);
    KernelContext context = new KernelContext();
    Tasks tasks = new Tasks();
    FloatArray y = residual == null ? DeviceWeights.zeros(rows * w.outputs()) : residual;
    TaskGraph graph =
        new TaskGraph("product")
            .transferToDevice(EVERY_EXECUTION, step, w.factors(), w.bias())
            .transferToDevice(EVERY_EXECUTION, rowsOfX.arrays().toArray());
    if (w.kind() != Packing.FLOATS) {
      graph.transferToDevice(EVERY_EXECUTION, w.words());
      tasks.add(
          graph,
          "quantise",
          Quantisation.ITEMS,
          extent -> (extent.rows() * w.blocks() + Quantisation.ITEMS - 1) / Quantisation.ITEMS,
          to ->
              to.task(
                  "quantise",
                  Quantisation::rows,
                  context,
                  step,
                  rowsOfX.values(),
                  rowsOfX.quants(),
                  rowsOfX.scales(),
                  rowsOfX.sums(),
                  w.blocks()));
    }
    Products products = new Products(context, step, tasks);
    if (residual == null) {
      products.add(graph, "multiply", w, rowsOfX, y, w.outputs());
    } else {
      graph.transferToDevice(EVERY_EXECUTION, y);
      products.addTo(graph, "multiply", w, rowsOfX, y, w.outputs());
    }
    graph.transferToHost(EVERY_EXECUTION, y);
    tasks.resize(new Extent(rows, 0, 0, 0));
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withGridScheduler(tasks.scheduler()).execute();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException(e);
    }
    return y.toHeapArray();
  }
}
