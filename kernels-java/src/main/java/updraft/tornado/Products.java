package updraft.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.tornado.kernel.ByteMatMul;
import updraft.tornado.kernel.FloatMatMul;
import updraft.tornado.kernel.NibbleMatMul;
import updraft.tornado.kernel.Packing;
import updraft.tornado.kernel.Step;

/** Adds products of weights and rows to a graph: the kernel that a kind of weights has. */
final class Products {
  private final KernelContext context;
  private final IntArray step;
  private final Tasks tasks;

  Products(KernelContext context, IntArray step, Tasks tasks) {
    this.context = context;
    this.step = step;
    this.tasks = tasks;
  }

  /** Of a forward's rows: {@code y = w x}. */
  void add(TaskGraph graph, String task, Matrix w, Quantised x, FloatArray y, int yStride) {
    add(graph, task, w, x, y, yStride, Step.ROWS, 0);
  }

  /** Of a forward's rows: {@code y += w x}. */
  void addTo(TaskGraph graph, String task, Matrix w, Quantised x, FloatArray y, int yStride) {
    add(graph, task, w, x, y, yStride, Step.ROWS, 1);
  }

  /** Of the rows whose logits are wanted. */
  void logits(TaskGraph graph, String task, Matrix w, Quantised x, FloatArray y, int yStride) {
    add(graph, task, w, x, y, yStride, Step.LOGITS_ROWS, 0);
  }

  private void add(
      TaskGraph graph,
      String task,
      Matrix w,
      Quantised x,
      FloatArray y,
      int yStride,
      int countAt,
      int adds) {
    int groups = (w.outputs() + Packing.LANES - 1) / Packing.LANES;
    tasks.add(
        graph,
        task,
        ByteMatMul.ITEMS,
        extent -> groups,
        extent -> {
          int rows = countAt == Step.ROWS ? extent.rows() : extent.logitsRows();
          return (rows + ByteMatMul.ROWS - 1) / ByteMatMul.ROWS;
        },
        to -> multiply(to, task, w, x, y, yStride, countAt, adds));
  }

  private void multiply(
      TaskGraph graph,
      String task,
      Matrix w,
      Quantised x,
      FloatArray y,
      int yStride,
      int countAt,
      int adds) {
    switch (w.kind()) {
      case Packing.NIBBLES ->
          graph.task(
              task,
              NibbleMatMul::multiply,
              context,
              step,
              w.words(),
              w.factors(),
              x.quants(),
              x.scales(),
              x.sums(),
              w.bias(),
              y,
              countAt,
              w.layered(),
              w.blockFactors(),
              w.outputs(),
              x.blocks(),
              w.yOffset(),
              yStride,
              adds,
              w.biased());
      case Packing.BYTES ->
          graph.task(
              task,
              ByteMatMul::multiply,
              context,
              step,
              w.words(),
              w.factors(),
              x.quants(),
              x.scales(),
              x.sums(),
              w.bias(),
              y,
              countAt,
              w.layered(),
              w.blockFactors(),
              w.outputs(),
              x.blocks(),
              w.yOffset(),
              yStride,
              adds,
              w.biased());
      case Packing.BYTES_HALVES ->
          graph.task(
              task,
              ByteMatMul::multiplyHalves,
              context,
              step,
              w.words(),
              w.factors(),
              x.quants(),
              x.scales(),
              w.bias(),
              y,
              countAt,
              w.layered(),
              w.outputs(),
              x.blocks(),
              w.yOffset(),
              yStride,
              adds,
              w.biased());
      default ->
          graph.task(
              task,
              FloatMatMul::multiply,
              context,
              step,
              w.factors(),
              x.values(),
              w.bias(),
              y,
              countAt,
              w.layered(),
              w.outputs(),
              x.blocks(),
              w.yOffset(),
              yStride,
              adds,
              w.biased());
    }
  }
}
