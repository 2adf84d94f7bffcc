package updraft.forward;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.kernel.ComputePool;
import updraft.kernel.Kernels;
import updraft.model.HeadConfig;
import updraft.model.HeadWeights;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.PackedMatrix;
import updraft.model.Repacker;

/** A {@link DraftNetwork} on the cores, kernels and threads of a {@link CpuBackend}. */
final class CpuDraftNetwork implements DraftNetwork {
  /** Pages of its own: drafts of a batch of sequences. */
  private static final int OWN_PAGES = 64;

  private final String kind;
  private final ModelConfig config;
  private final int targetPages;
  private final int maxRows;
  private final CpuTransformer transformer;

  /** What a head has and a model has not. */
  private final @Nullable HeadConfig head;

  private final @Nullable CpuPairs pairs;
  private final @Nullable CpuFusion fusion;

  private CpuDraftNetwork(
      String kind,
      ModelConfig config,
      CpuWeights weights,
      int targetPages,
      ComputePool pool,
      Kernels kernels,
      BackendOptions options,
      @Nullable HeadConfig head,
      @Nullable CpuPairs pairs,
      @Nullable CpuFusion fusion) {
    this.kind = kind;
    this.config = config;
    this.targetPages = targetPages;
    this.maxRows = options.maxRows();
    this.head = head;
    this.pairs = pairs;
    this.fusion = fusion;
    KeyValues keyValues = KeyValues.of(options.keyValueType(), config, targetPages + OWN_PAGES);
    transformer = new CpuTransformer(config, weights, keyValues, pool, kernels, options, pairs);
    if (head != null) {
      transformer.capture(0);
    }
  }

  static DraftNetwork ofModel(
      ModelConfig config,
      ModelWeights weights,
      int targetPages,
      ComputePool pool,
      Kernels kernels,
      BackendOptions options) {
    CpuWeights packed = CpuWeights.of(weights, kernels.repacker());
    return new CpuDraftNetwork(
        "draft model", config, packed, targetPages, pool, kernels, options, null, null, null);
  }

  /**
   * @param embedding the head's own, or the target's
   * @param output the same
   */
  static DraftNetwork ofHead(
      HeadConfig head,
      HeadWeights weights,
      PackedMatrix embedding,
      PackedMatrix output,
      int targetPages,
      ComputePool pool,
      Kernels kernels,
      BackendOptions options) {
    ModelConfig layer = head.layer();
    Repacker repacker = kernels.repacker();
    CpuWeights packed =
        new CpuWeights(
            embedding,
            List.of(CpuWeights.layer(weights.model().layers().getFirst(), repacker)),
            weights.model().outputNorm().toFloats(),
            output);
    CpuPairs pairs =
        new CpuPairs(
            options.maxRows(),
            layer.hiddenSize(),
            layer.rmsEpsilon(),
            kernels.rowMath(),
            weights.featureNorm().toFloats(),
            head.normBeforeResidual());
    CpuFusion fusion =
        new CpuFusion(
            repacker.pack(weights.fusion()),
            weights.fusionNorm() == null ? null : weights.fusionNorm().toFloats(),
            layer.rmsEpsilon(),
            pool,
            kernels,
            options.maxRows());
    return new CpuDraftNetwork(
        "head", layer, packed, targetPages, pool, kernels, options, head, pairs, fusion);
  }

  @Override
  public int vocabulary() {
    return config.vocabularySize();
  }

  @Override
  public int @Nullable [] targetTokens() {
    return head == null ? null : head.targetTokens();
  }

  @Override
  public int contextLength() {
    return config.contextLength();
  }

  @Override
  public int maxRows() {
    return maxRows;
  }

  @Override
  public int firstOwnSlot() {
    return targetPages * PageTable.PAGE_SIZE;
  }

  @Override
  public int ownSlots() {
    return OWN_PAGES * PageTable.PAGE_SIZE;
  }

  @Override
  public int[] targetLayers() {
    // a head names layers by their inputs: the output of the layer before
    return head == null ? new int[0] : Arrays.stream(head.targetLayers()).map(k -> k - 1).toArray();
  }

  @Override
  public int targetHiddenSize() {
    return head == null ? 0 : head.targetHiddenSize();
  }

  @Override
  public int featureSize() {
    return head == null ? 0 : config.hiddenSize();
  }

  @Override
  public float[] features() {
    return pairs == null ? new float[0] : pairs.features();
  }

  @Override
  public void fuse(float[] joined, int rows, float[] to) {
    if (fusion == null) {
      throw new IllegalStateException("a draft model has no features");
    }
    fusion.run(joined, rows, to);
  }

  @Override
  public RowOutputs forward(RowBatch batch) {
    return transformer.forward(batch);
  }

  @Override
  public String description() {
    return String.format(
        Locale.ROOT,
        "%s: %d layers, %d wide, %d tokens",
        kind,
        config.layers(),
        config.hiddenSize(),
        config.vocabularySize());
  }

  @Override
  public void close() {}
}
