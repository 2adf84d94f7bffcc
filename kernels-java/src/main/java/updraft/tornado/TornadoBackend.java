package updraft.tornado;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoExecutionResult;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.DeviceMeter;
import updraft.forward.DraftNetwork;
import updraft.forward.HostDrafts;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.HeadConfig;
import updraft.model.HeadWeights;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.tornado.kernel.Step;

/**
 * The transformer on the device that TornadoVM was started with. Weights and buffers are copied
 * there once; a forward copies its rows there, and faults and logits back.
 */
final class TornadoBackend implements Backend {
  /** Full contexts that there is room for when nothing is said. */
  private static final int DEFAULT_CONTEXTS = 4;

  /** Of keys and values, when nothing is said. */
  private static final long DEFAULT_CACHE_BYTES = 1L << 30;

  private final String name;
  private final Device device;
  private final Sizes sizes;
  private final DeviceWeights weights;
  private final Buffers buffers;
  private final StepInputs inputs;
  private final DeviceMeter meter = new DeviceMeter();
  private final DeviceOutputs outputs;
  private final ForwardGraphs graphs;
  private final TornadoExecutionPlan plan;

  /** By layer: the parts that it passes, in order, and its place in each. */
  private final List<List<Place>> places = new ArrayList<>();

  /** Pairs of slots still to be copied, and how many there are. */
  private int[] pending = new int[2 * Buffers.MAX_MOVES];

  private int moves;

  /** What drafts on the host; null when nothing does. */
  private @Nullable HostDrafts drafts;

  /** Whether keys and values are on the device. */
  private boolean resident;

  /** Where a layer's weights are. */
  private record Place(int part, int layer) {}

  TornadoBackend(
      String name,
      Device device,
      ModelConfig config,
      ModelWeights modelWeights,
      BackendOptions options) {
    this(name, device, config, modelWeights, options, LayerPlan.of(modelWeights.layers()));
  }

  TornadoBackend(
      String name,
      Device device,
      ModelConfig config,
      ModelWeights modelWeights,
      BackendOptions options,
      LayerPlan layers) {
    this.name = name;
    this.device = device;
    int pages = options.pages() > 0 ? options.pages() : defaultPages(config);
    sizes = new Sizes(config, options, pages);
    weights = DeviceWeights.of(config, modelWeights, layers);
    buffers = new Buffers(sizes);
    device.requireMemory(weights.bytes() + buffers.bytes());
    inputs = new StepInputs(sizes, buffers);
    outputs = new DeviceOutputs(sizes, buffers, meter);
    graphs = new ForwardGraphs(sizes, weights, buffers);
    plan = new TornadoExecutionPlan(graphs.all());
    for (int layer = 0; layer < config.layers(); layer++) {
      places.add(new ArrayList<>());
      for (int part = 0; part < layers.parts().size(); part++) {
        int place = layers.parts().get(part).layers().indexOf(layer);
        if (place >= 0) {
          places.get(layer).add(new Place(part, place));
        }
      }
    }
  }

  /** Pages for a few contexts, or as much of them as a gigabyte holds, but one context at least. */
  private static int defaultPages(ModelConfig config) {
    int context = PageTable.pagesFor(config.contextLength());
    long page = 8L * config.layers() * config.keyValueSize() * PageTable.PAGE_SIZE;
    long affordable = DEFAULT_CACHE_BYTES / page;
    return (int) Math.max(context, Math.min((long) DEFAULT_CONTEXTS * context, affordable));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "%s: %s, %d kernels, weights %d MB, keys and values in F32 for %d tokens",
        name,
        device.description(),
        graphs.tasks().count(),
        weights.bytes() / 1_000_000,
        sizes.pages() * PageTable.PAGE_SIZE);
  }

  @Override
  public DeviceMeter meter() {
    return meter;
  }

  @Override
  public int pages() {
    return sizes.pages();
  }

  @Override
  public int maxRows() {
    return sizes.rows();
  }

  @Override
  public int maxLogitsRows() {
    return sizes.logitsRows();
  }

  /** A forward of one row compiles every kernel; its keys and values are overwritten later. */
  @Override
  public void warmUp() {
    RowBatch batch = new RowBatch(1);
    PageTable table = new PageTable();
    table.add(sizes.pages() - 1);
    batch.add(0, 0, table, table.slot(0), RowBatch.COMMITTED, true);
    forward(batch);
    copySlot(table.slot(0), table.slot(0));
    flushMoves();
    if (drafts != null) {
      drafts.warmUp();
    }
  }

  /** {@inheritDoc} It runs on this machine's cores. */
  @Override
  public DraftNetwork openDraftModel(ModelConfig draft, ModelWeights draftWeights, int maxRows) {
    return drafts().openModel(draft, draftWeights, maxRows);
  }

  /** {@inheritDoc} It runs on this machine's cores. */
  @Override
  public DraftNetwork openHead(HeadConfig head, HeadWeights headWeights, int maxRows) {
    return drafts().openHead(head, headWeights, maxRows);
  }

  private HostDrafts drafts() {
    if (drafts == null) {
      drafts = new HostDrafts(sizes.options(), sizes.pages());
    }
    return drafts;
  }

  @Override
  public void captureHiddenStates(int... layers) {
    outputs.capture(layers);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a row does not suit the model or this backend; nothing was
   *     computed then
   * @throws IllegalStateException if the device fails
   */
  @Override
  public RowOutputs forward(RowBatch batch) {
    check(batch);
    outputs.begin(batch);
    flushMoves();
    if (!resident) {
      run(ForwardGraphs.START);
    }
    graphs.tasks().resize(inputs.write(batch));
    run(ForwardGraphs.EMBED);
    resident = true;
    for (int layer = 0; layer < sizes.config().layers(); layer++) {
      buffers.step.set(Step.LAYER, layer);
      for (Place place : places.get(layer)) {
        buffers.step.set(Step.PART_LAYER, place.layer());
        run(ForwardGraphs.layersName(place.part()));
      }
      if (outputs.wants(layer)) {
        run(ForwardGraphs.STATES);
        outputs.takeStates(layer);
      }
    }
    if (batch.logitsRows() > 0) {
      buffers.step.set(Step.PART_LAYER, 0);
      outputs.computed(run(ForwardGraphs.HEAD));
    } else {
      run(ForwardGraphs.FAULTS);
    }
    if (outputs.faulty()) {
      run(ForwardGraphs.TRACES);
    }
    outputs.takeFaults();
    return outputs;
  }

  /** What the graph before has left can be fetched only until the next one runs. */
  private TornadoExecutionResult run(String graph) {
    outputs.fetchLogits();
    long start = System.nanoTime();
    TornadoExecutionResult result =
        device.guard(
            graph,
            graphs.tasks(),
            () ->
                plan.withGraph(graphs.index(graph))
                    .withGridScheduler(graphs.tasks().scheduler())
                    .execute());
    meter.launched(graphs.tasks().count(graph), System.nanoTime() - start, graphs.bytesBack(graph));
    return result;
  }

  private void check(RowBatch batch) {
    atMost("rows", batch.rows(), sizes.rows());
    atMost("logits rows", batch.logitsRows(), sizes.logitsRows());
    for (int row = 0; row < batch.rows(); row++) {
      below("token", batch.token(row), sizes.config().vocabularySize(), row);
      below("position", batch.position(row), sizes.config().contextLength(), row);
      below("slot", batch.slot(row), sizes.pages() * PageTable.PAGE_SIZE, row);
    }
  }

  private static void atMost(String what, int value, int most) {
    if (value > most) {
      throw new IllegalArgumentException(
          what + " must be at most " + most + ": " + what + "=" + value);
    }
  }

  private static void below(String what, int value, int end, int row) {
    if (value < 0 || value >= end) {
      throw new IllegalArgumentException(
          what + " must be in [0, " + end + "): " + what + "=" + value + ", row=" + row);
    }
  }

  /** {@inheritDoc} Copied before the next forward, together with others. */
  @Override
  public void copySlot(int fromSlot, int toSlot) {
    if (2 * moves == pending.length) {
      pending = Arrays.copyOf(pending, 2 * pending.length);
    }
    pending[2 * moves] = fromSlot;
    pending[2 * moves + 1] = toSlot;
    moves++;
  }

  /** Before the first forward there is nothing to copy. */
  private void flushMoves() {
    for (int first = 0; first < moves && resident; first += Buffers.MAX_MOVES) {
      int count = Math.min(moves - first, Buffers.MAX_MOVES);
      for (int i = 0; i < 2 * count; i++) {
        buffers.moves.set(i, pending[2 * first + i]);
      }
      buffers.step.set(Step.MOVES, count);
      run(ForwardGraphs.MOVES);
    }
    moves = 0;
  }

  @Override
  public void close() {
    if (drafts != null) {
      drafts.close();
    }
    device.close(plan);
  }
}
