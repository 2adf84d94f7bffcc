package updraft.forward;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.kernel.ComputePool;
import updraft.kernel.Kernels;
import updraft.model.GgufTensor;
import updraft.model.HeadConfig;
import updraft.model.HeadWeights;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;
import updraft.model.Repacker;

/** The transformer on this machine's cores. */
public final class CpuBackend implements Backend {
  /** Full contexts that there is room for when nothing is said, memory permitting. */
  private static final int DEFAULT_CONTEXTS = 4;

  private final ModelConfig config;
  private final BackendOptions options;
  private final Kernels kernels;
  private final ComputePool pool;
  private final KeyValues keyValues;
  private final CpuTransformer transformer;

  /** As in the file, to know a head's tensors that are this model's; and as packed. */
  private final ModelWeights stored;

  private final CpuWeights packed;

  /** Kernels are warmed while weights are repacked: they need nothing of each other. */
  private CompletableFuture<Void> warm;

  private final int pages;

  private CpuBackend(ModelConfig config, ModelWeights weights, BackendOptions options) {
    this.config = config;
    this.options = options;
    kernels = CpuKernels.choose(options.lanes());
    warm = warm(weights);
    stored = weights;
    packed = CpuWeights.of(weights, kernels.repacker());
    pages = options.pages() > 0 ? options.pages() : defaultPages(config, options);
    keyValues = KeyValues.of(options.keyValueType(), config, pages);
    pool =
        new ComputePool(options.threads()); // last: a model that is refused leaves no pool behind
    transformer = new CpuTransformer(config, packed, keyValues, pool, kernels, options, null);
  }

  /** Starts to warm what needs it; done when a first forward is fast, goes on with the rest. */
  private CompletableFuture<Void> warm(ModelWeights weights) {
    if (!kernels.warms()) {
      return CompletableFuture.completedFuture(null);
    }
    return CpuWarmUp.start(
        kernels, config, CpuWarmUp.kinds(weights), Repacker.kind(weights.output().type()));
  }

  /** Pages for a few contexts, of which keys and values take at most half of the free heap. */
  private static int defaultPages(ModelConfig config, BackendOptions options) {
    Runtime runtime = Runtime.getRuntime();
    long free = runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    long page = PageTable.PAGE_SIZE * KeyValues.bytesPerPosition(options.keyValueType(), config);
    long wanted = (long) DEFAULT_CONTEXTS * PageTable.pagesFor(config.contextLength());
    long affordable = free / 2 / page;
    if (affordable < 1) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "memory must hold at least one page of keys and values: free=%d MB, page=%d MB;"
                  + " raise the heap with -Xmx",
              free >> 20,
              page >> 20));
    }
    return (int) Math.min(wanted, affordable);
  }

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "cpu: %s, %d threads, keys and values in %s for %d tokens",
        kernels.name(),
        pool.threads(),
        options.keyValueType(),
        pages * PageTable.PAGE_SIZE);
  }

  @Override
  public int pages() {
    return pages;
  }

  @Override
  public int maxRows() {
    return options.maxRows();
  }

  @Override
  public int maxLogitsRows() {
    return options.maxLogitsRows();
  }

  /**
   * C2 compiles a vector kernel after some thousand calls; until then it is a thousand times
   * slower.
   */
  @Override
  public void warmUp() {
    warm.join();
  }

  @Override
  public void captureHiddenStates(int... layers) {
    transformer.capture(layers);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a row does not suit the model or this backend; nothing was
   *     computed then
   */
  @Override
  public RowOutputs forward(RowBatch batch) {
    atMost("rows", batch.rows(), options.maxRows());
    atMost("logits rows", batch.logitsRows(), options.maxLogitsRows());
    for (int row = 0; row < batch.rows(); row++) {
      below("token", batch.token(row), config.vocabularySize(), row);
      below("position", batch.position(row), config.contextLength(), row);
      below("slot", batch.slot(row), pages * PageTable.PAGE_SIZE, row);
    }
    return transformer.forward(batch);
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

  @Override
  public DraftNetwork openDraftModel(ModelConfig draft, ModelWeights weights, int maxRows) {
    warmFor(weights);
    return CpuDraftNetwork.ofModel(
        draft, weights, pages, pool, kernels, options.forDrafts(pages, maxRows));
  }

  @Override
  public DraftNetwork openHead(HeadConfig head, HeadWeights weights, int maxRows) {
    warmFor(weights.model());
    PackedMatrix embedding = packedOnce(weights.model().tokenEmbedding());
    PackedMatrix output = packedOnce(weights.model().output());
    return CpuDraftNetwork.ofHead(
        head, weights, embedding, output, pages, pool, kernels, options.forDrafts(pages, maxRows));
  }

  /** Warms the kernels that a draft network needs and this model does not, after its own. */
  private void warmFor(ModelWeights network) {
    Set<Kind> kinds = CpuWarmUp.kinds(network);
    kinds.add(Repacker.kind(network.output().type()));
    kinds.removeAll(CpuWarmUp.kinds(stored));
    kinds.remove(Repacker.kind(stored.output().type()));
    if (kernels.warms() && !kinds.isEmpty()) {
      warm =
          warm.thenCompose(
              done -> CpuWarmUp.start(kernels, config, kinds, kinds.iterator().next()));
    }
  }

  /** A tensor's packed form: this model's, if it is one of its tensors. */
  private PackedMatrix packedOnce(GgufTensor tensor) {
    if (tensor == stored.output()) {
      return packed.output();
    }
    return tensor == stored.tokenEmbedding() ? packed.embedding() : kernels.repacker().pack(tensor);
  }

  @Override
  public void copySlot(int fromSlot, int toSlot) {
    keyValues.ensure(toSlot);
    keyValues.copySlot(fromSlot, toSlot);
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Always available: with scalar lanes it needs nothing but the JDK. */
  public static final class Provider implements BackendProvider {
    @Override
    public String name() {
      return "cpu";
    }

    @Override
    public @Nullable String unavailable() {
      return null;
    }

    @Override
    public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
      return new CpuBackend(config, weights, options);
    }
  }
}
