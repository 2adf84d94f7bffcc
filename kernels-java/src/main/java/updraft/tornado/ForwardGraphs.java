package updraft.tornado;

import static uk.ac.manchester.tornado.api.enums.DataTransferMode.EVERY_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.FIRST_EXECUTION;
import static uk.ac.manchester.tornado.api.enums.DataTransferMode.UNDER_DEMAND;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import updraft.model.ModelConfig;
import updraft.tornado.kernel.Choice;
import updraft.tornado.kernel.Compaction;
import updraft.tornado.kernel.Copies;
import updraft.tornado.kernel.Embedding;
import updraft.tornado.kernel.Packing;
import updraft.tornado.kernel.Quantisation;
import updraft.tornado.kernel.RmsNorm;
import updraft.tornado.kernel.RotaryPages;
import updraft.tornado.kernel.Step;
import updraft.tornado.kernel.SwiGlu;
import updraft.tornado.kernel.TreeAttention;

/**
 * A forward as graphs: embed, the parts of layers, output, and what the host sees. A task, its grid
 * and its buffers are declared together. Each task is compiled once; which layer it serves, and for
 * how many rows, it reads from the step.
 *
 * <pre>
 * moves                keys and values to their places
 * start                once, so that what graphs hand on is on the device
 * embed                tokens ─► state
 * layers0, layers1 …   what LayerPlan has cut: state ─► norm ─► projection ─► rotary, pages ─► attention ─► combine
 *                        ─► quantise ─► output, added ─► norm ─► gate, up ─► activate ─► down, added
 * head                 state ─► norm ─► logits ─► largest ─► sample; faults
 * faults               of a forward without logits
 * states, traces       what the host wants to see
 * </pre>
 */
final class ForwardGraphs {
  static final String START = "start";
  static final String EMBED = "embed";
  static final String HEAD = "head";
  static final String FAULTS = "faults";
  static final String TRACES = "traces";
  static final String STATES = "states";
  static final String MOVES = "moves";

  /** Arrays that a task of the first graph holds. */
  private static final int HELD = 11;

  private final Sizes sizes;
  private final ModelConfig config;
  private final DeviceWeights weights;
  private final Buffers buffers;
  private final KernelContext context = new KernelContext();
  private final Tasks tasks = new Tasks();
  private final Products products;
  private final List<String> names = new ArrayList<>();
  private final List<ImmutableTaskGraph> graphs = new ArrayList<>();

  ForwardGraphs(Sizes sizes, DeviceWeights weights, Buffers buffers) {
    this.sizes = sizes;
    this.weights = weights;
    this.buffers = buffers;
    config = sizes.config();
    products = new Products(context, buffers.step, tasks);
    add(start());
    add(embed());
    for (int part = 0; part < weights.parts().size(); part++) {
      add(layers(part));
    }
    add(head());
    add(faults());
    add(traces());
    add(states());
    add(moves());
  }

  private void add(TaskGraph graph) {
    names.add(graph.getTaskGraphName());
    graphs.add(graph.snapshot());
  }

  static String layersName(int part) {
    return "layers" + part;
  }

  ImmutableTaskGraph[] all() {
    return graphs.toArray(ImmutableTaskGraph[]::new);
  }

  int index(String name) {
    return names.indexOf(name);
  }

  Tasks tasks() {
    return tasks;
  }

  /** Bytes that come back whenever a graph runs. */
  long bytesBack(String name) {
    return switch (name) {
      case HEAD ->
          4L * (buffers.chosen.getSize() + buffers.told.getSize() + buffers.faults.getSize());
      case FAULTS -> 4L * buffers.faults.getSize();
      case TRACES -> 4L * buffers.tracesSeen.getSize();
      case STATES -> 4L * buffers.statesSeen.getSize();
      default -> 0;
    };
  }

  /** A graph that gets the step before it runs. */
  private TaskGraph graph(String name) {
    return new TaskGraph(name).transferToDevice(EVERY_EXECUTION, buffers.step);
  }

  private TaskGraph start() {
    List<FloatArray> held = held();
    TaskGraph graph = new TaskGraph(START).transferToDevice(FIRST_EXECUTION, held.toArray());
    for (int first = 0; first < held.size(); first += HELD) {
      List<FloatArray> a = held.subList(first, first + HELD);
      String name = "hold" + first / HELD;
      FloatArray seen = DeviceWeights.zeros(1);
      tasks.add(
          graph,
          name,
          1,
          extent -> 1,
          to ->
              to.task(
                  name,
                  Copies::hold,
                  context,
                  seen,
                  a.get(0),
                  a.get(1),
                  a.get(2),
                  a.get(3),
                  a.get(4),
                  a.get(5),
                  a.get(6),
                  a.get(7),
                  a.get(8),
                  a.get(9),
                  a.get(10)));
      graph.persistOnDevice(seen);
    }
    return graph.persistOnDevice(held.toArray());
  }

  private List<FloatArray> held() {
    List<FloatArray> held = new ArrayList<>(buffers.resident());
    held.add(weights.norms());
    held.add(weights.headNorms());
    return held;
  }

  private TaskGraph embed() {
    Matrix embedding = weights.embedding();
    int columns = config.hiddenSize();
    int angles = sizes.rows() * config.ropeDimensions();
    int traces = 2 * sizes.rows() * sizes.norms();
    TaskGraph graph =
        graph(EMBED)
            .consumeFromDevice(held().toArray())
            .transferToDevice(EVERY_EXECUTION, buffers.inputs, buffers.anglesGiven)
            .transferToDevice(
                FIRST_EXECUTION,
                embedding.words(),
                embedding.factors(),
                buffers.angles,
                buffers.traces);
    tasks.add(
        graph,
        "gather",
        Embedding.ITEMS,
        extent -> groups(extent.rows() * columns, Embedding.ITEMS),
        to ->
            to.task(
                "gather",
                Embedding::gather,
                context,
                buffers.step,
                buffers.inputs,
                embedding.words(),
                embedding.factors(),
                buffers.state,
                embedding.kind(),
                columns,
                embedding.blockFactors()));
    tasks.add(
        graph,
        "angles",
        Copies.ITEMS,
        extent -> groups(angles, Copies.ITEMS),
        to ->
            to.task(
                "angles",
                Copies::copyStates,
                context,
                buffers.step,
                buffers.anglesGiven,
                buffers.angles,
                config.ropeDimensions(),
                angles));
    tasks.add(
        graph,
        "clear",
        Copies.ITEMS,
        extent -> groups(traces, Copies.ITEMS),
        to -> to.task("clear", Copies::clear, context, buffers.traces, traces));
    return graph.persistOnDevice(carried());
  }

  private TaskGraph layers(int index) {
    LayerPart part = weights.parts().get(index);
    TaskGraph graph = graph(layersName(index)).consumeFromDevice(carried());
    for (Matrix matrix : part.all()) {
      if (matrix.kind() != Packing.FLOATS) {
        graph.transferToDevice(FIRST_EXECUTION, matrix.words());
      }
      graph.transferToDevice(FIRST_EXECUTION, matrix.factors(), matrix.bias());
    }
    for (Piece piece : part.plan().pieces()) {
      add(graph, piece, part.matrices(piece));
    }
    return graph.persistOnDevice(carried());
  }

  private void add(TaskGraph graph, Piece piece, List<Matrix> matrices) {
    int hidden = sizes.hidden();
    switch (piece) {
      case NORM -> norm(graph, "norm", 0, 0);
      case PROJECT ->
          project(graph, "project", matrices, buffers.normed, buffers.projected, sizes.projected());
      case ATTEND -> addAttention(graph);
      case OUTPUT ->
          products.addTo(
              graph, "output", matrices.getFirst(), buffers.attended, buffers.state, hidden);
      case NORM_FORWARD -> norm(graph, "normForward", 1, 2 * config.kvHeads());
      case GATE_UP ->
          project(
              graph,
              "gateUp",
              matrices,
              buffers.normed,
              buffers.gateUp,
              2 * config.feedForwardSize());
      case ACTIVATE -> addActivation(graph);
      case DOWN ->
          products.addTo(
              graph, "down", matrices.getFirst(), buffers.activated, buffers.state, hidden);
    }
  }

  /**
   * What every later graph takes from the one that ran before it and leaves for the next: TornadoVM
   * hands arrays on from graph to graph, those that a graph does not use itself too.
   */
  private Object[] carried() {
    List<Object> arrays = new ArrayList<>(held());
    arrays.addAll(
        List.of(
            buffers.inputs,
            buffers.angles,
            buffers.traces,
            weights.embedding().words(),
            weights.embedding().factors()));
    return arrays.toArray();
  }

  private void addAttention(TaskGraph graph) {
    int heads = config.heads();
    int kvHeads = config.kvHeads();
    int headSize = config.headSize();
    tasks.add(
        graph,
        "rotate",
        RotaryPages.ITEMS,
        extent -> extent.rows() * (heads + 2 * kvHeads),
        to ->
            to.task(
                "rotate",
                RotaryPages::store,
                context,
                buffers.step,
                buffers.inputs,
                buffers.projected,
                buffers.angles,
                weights.headNorms(),
                buffers.keys,
                buffers.values,
                buffers.storeTraces,
                heads,
                kvHeads,
                headSize,
                sizes.pages(),
                config.ropeDimensions(),
                sizes.adjacent(),
                sizes.normed(),
                config.rmsEpsilon()));
    tasks.add(
        graph,
        "attend",
        sizes.queries() * 16,
        extent -> extent.tiles() * sizes.attentionGroups(),
        Extent::splits,
        to ->
            to.task(
                "attend",
                TreeAttention::attend,
                context,
                buffers.step,
                buffers.inputs,
                buffers.projected,
                buffers.keys,
                buffers.values,
                buffers.sums,
                buffers.maxima,
                heads,
                kvHeads,
                headSize,
                sizes.pages(),
                sizes.tilesAt(),
                sizes.splits(),
                sizes.splitPages(),
                sizes.queries(),
                config.attentionScale()));
    Quantised attended = buffers.attended;
    int attendedColumns = attended.blocks() * Sizes.BLOCK;
    tasks.add(
        graph,
        "combine",
        TreeAttention.COMBINE_ITEMS,
        extent -> groups(extent.rows() * attendedColumns, TreeAttention.COMBINE_ITEMS),
        to ->
            to.task(
                "combine",
                TreeAttention::combine,
                context,
                buffers.step,
                buffers.inputs,
                buffers.sums,
                buffers.maxima,
                attended.values(),
                heads,
                headSize,
                sizes.splits(),
                sizes.splitPages(),
                attended.blocks()));
    tasks.add(
        graph,
        "quantise",
        Quantisation.ITEMS,
        extent -> groups(extent.rows() * attended.blocks(), Quantisation.ITEMS),
        to ->
            to.task(
                "quantise",
                Quantisation::rows,
                context,
                buffers.step,
                attended.values(),
                attended.quants(),
                attended.scales(),
                attended.sums(),
                attended.blocks()));
  }

  private void addActivation(TaskGraph graph) {
    Quantised activated = buffers.activated;
    tasks.add(
        graph,
        "activate",
        SwiGlu.ITEMS,
        extent -> groups(extent.rows() * activated.blocks(), SwiGlu.ITEMS),
        to ->
            to.task(
                "activate",
                SwiGlu::activate,
                context,
                buffers.step,
                buffers.gateUp,
                activated.values(),
                activated.quants(),
                activated.scales(),
                activated.sums(),
                config.feedForwardSize(),
                activated.blocks()));
  }

  private void project(
      TaskGraph graph, String task, List<Matrix> matrices, Quantised x, FloatArray y, int yStride) {
    for (int i = 0; i < matrices.size(); i++) {
      products.add(graph, task + (i == 0 ? "" : i), matrices.get(i), x, y, yStride);
    }
  }

  /** A norm of all rows, for a layer. */
  private void norm(TaskGraph graph, String task, int norm, int storeHeads) {
    tasks.add(
        graph,
        task,
        RmsNorm.ITEMS,
        Extent::rows,
        to -> norm(to, task, buffers.normed, -1, storeHeads, Step.ROWS, norm));
  }

  private void norm(
      TaskGraph graph,
      String task,
      Quantised to,
      int sourcesAt,
      int storeHeads,
      int countAt,
      int norm) {
    graph.task(
        task,
        RmsNorm::normalise,
        context,
        buffers.step,
        buffers.inputs,
        buffers.state,
        weights.norms(),
        to.values(),
        to.quants(),
        to.scales(),
        to.sums(),
        buffers.storeTraces,
        buffers.traces,
        sourcesAt,
        storeHeads,
        countAt,
        2,
        norm,
        sizes.rows(),
        config.hiddenSize(),
        config.rmsEpsilon());
  }

  private TaskGraph head() {
    Matrix output = weights.output();
    boolean tied = output.equals(weights.embedding());
    TaskGraph graph =
        graph(HEAD)
            .consumeFromDevice(carried())
            .transferToDevice(FIRST_EXECUTION, output.bias())
            .transferToDevice(FIRST_EXECUTION, buffers.last.arrays().toArray())
            .transferToDevice(
                FIRST_EXECUTION, buffers.logits, buffers.largest, buffers.logitsTraces);
    if (!tied) {
      graph.transferToDevice(FIRST_EXECUTION, output.words(), output.factors());
    }
    int vocabulary = config.vocabularySize();
    tasks.add(
        graph,
        "norm",
        RmsNorm.ITEMS,
        Extent::logitsRows,
        to -> norm(to, "norm", buffers.last, sizes.sourcesAt(), 0, Step.LOGITS_ROWS, 2));
    products.logits(graph, "logits", output, buffers.last, buffers.logits, vocabulary);
    tasks.add(
        graph,
        "largest",
        Choice.ITEMS,
        Extent::logitsRows,
        to ->
            to.task(
                "largest",
                Choice::largest,
                context,
                buffers.step,
                buffers.logits,
                buffers.largest,
                buffers.logitsTraces,
                sizes.logitsRows(),
                vocabulary));
    tasks.add(
        graph,
        "sample",
        Choice.ITEMS,
        Extent::logitsRows,
        to ->
            to.task(
                "sample",
                Choice::sample,
                context,
                buffers.step,
                buffers.inputs,
                buffers.logits,
                buffers.largest,
                buffers.logitsTraces,
                buffers.chosen,
                buffers.told,
                sizes.choicesAt(),
                sizes.logitsRows(),
                vocabulary));
    addFaults(graph);
    return graph
        .transferToHost(EVERY_EXECUTION, buffers.chosen, buffers.told, buffers.faults)
        .transferToHost(UNDER_DEMAND, buffers.logits)
        .persistOnDevice(carried());
  }

  /** Adds what the host looks at after each forward. */
  private void addFaults(TaskGraph graph) {
    tasks.add(
        graph,
        "faults",
        Copies.ITEMS,
        extent -> groups(sizes.rows(), Copies.ITEMS),
        to ->
            to.task(
                "faults",
                Copies::faults,
                context,
                buffers.step,
                buffers.traces,
                buffers.faults,
                sizes.norms(),
                sizes.rows()));
  }

  private TaskGraph faults() {
    TaskGraph graph = graph(FAULTS).consumeFromDevice(carried());
    addFaults(graph);
    return graph.transferToHost(EVERY_EXECUTION, buffers.faults).persistOnDevice(carried());
  }

  private TaskGraph traces() {
    int size = sizes.rows() * 2 * sizes.norms();
    TaskGraph graph = graph(TRACES).consumeFromDevice(carried());
    tasks.add(
        graph,
        "copy",
        Copies.ITEMS,
        extent -> groups(size, Copies.ITEMS),
        to ->
            to.task("copy", Copies::copyTraces, context, buffers.traces, buffers.tracesSeen, size));
    return graph.transferToHost(EVERY_EXECUTION, buffers.tracesSeen).persistOnDevice(carried());
  }

  private TaskGraph states() {
    int size = sizes.rows() * sizes.hidden();
    TaskGraph graph = graph(STATES).consumeFromDevice(carried());
    tasks.add(
        graph,
        "copy",
        Copies.ITEMS,
        extent -> groups(size, Copies.ITEMS),
        to ->
            to.task(
                "copy",
                Copies::copyStates,
                context,
                buffers.step,
                buffers.state,
                buffers.statesSeen,
                sizes.hidden(),
                size));
    return graph.transferToHost(EVERY_EXECUTION, buffers.statesSeen).persistOnDevice(carried());
  }

  private TaskGraph moves() {
    int size = config.layers() * config.keyValueSize();
    TaskGraph graph =
        graph(MOVES).transferToDevice(EVERY_EXECUTION, buffers.moves).consumeFromDevice(carried());
    tasks.add(
        graph,
        "move",
        Compaction.ITEMS,
        extent -> groups(size, Compaction.ITEMS),
        to ->
            to.task(
                "move",
                Compaction::move,
                context,
                buffers.step,
                buffers.moves,
                buffers.keys,
                buffers.values,
                config.layers(),
                config.kvHeads(),
                sizes.pages(),
                config.headSize()));
    return graph.persistOnDevice(carried());
  }

  private static int groups(int elements, int items) {
    return (elements + items - 1) / items;
  }
}
