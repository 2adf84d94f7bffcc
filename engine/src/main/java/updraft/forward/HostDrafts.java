package updraft.forward;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
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

/**
 * Draft models and heads on this machine's cores, beside a target that computes on a device. Has
 * threads of its own.
 */
public final class HostDrafts implements AutoCloseable {
  private final BackendOptions options;
  private final int pages;
  private final Kernels kernels;
  private final ComputePool pool;
  private CompletableFuture<Void> warm = CompletableFuture.completedFuture(null);

  /**
   * @param options threads, kernels and type of keys and values
   * @param pages of the target
   */
  public HostDrafts(BackendOptions options, int pages) {
    this.options = options;
    this.pages = pages;
    kernels = CpuKernels.choose(options.lanes());
    pool = new ComputePool(options.threads());
  }

  /** Opens a draft model; its file may be closed afterwards. */
  public DraftNetwork openModel(ModelConfig config, ModelWeights weights, int maxRows) {
    warmFor(config, weights);
    return CpuDraftNetwork.ofModel(
        config, weights, pages, pool, kernels, options.forDrafts(pages, maxRows));
  }

  /** Opens a head; what it takes of the target's tensors is packed once more, for the host. */
  public DraftNetwork openHead(HeadConfig config, HeadWeights weights, int maxRows) {
    warmFor(config.layer(), weights.model());
    GgufTensor output = weights.model().output();
    GgufTensor embedding = weights.model().tokenEmbedding();
    PackedMatrix packed = kernels.repacker().pack(output);
    return CpuDraftNetwork.ofHead(
        config,
        weights,
        embedding == output ? packed : kernels.repacker().pack(embedding),
        packed,
        pages,
        pool,
        kernels,
        options.forDrafts(pages, maxRows));
  }

  private void warmFor(ModelConfig config, ModelWeights weights) {
    if (kernels.warms()) {
      Set<Kind> layers = CpuWarmUp.kinds(weights);
      Kind output = Repacker.kind(weights.output().type());
      warm = warm.thenCompose(done -> CpuWarmUp.start(kernels, config, layers, output));
    }
  }

  /** Waits until a first forward is fast. */
  public void warmUp() {
    warm.join();
  }

  @Override
  public void close() {
    pool.close();
  }
}
