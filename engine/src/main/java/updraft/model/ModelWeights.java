package updraft.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's tensors by role. Matrices are (outputs × inputs): a row of a matrix makes one output.
 * Valid until the file is closed.
 *
 * @param tokenEmbedding (vocabulary × hidden)
 * @param outputNorm (hidden)
 * @param output (vocabulary × hidden); the token embedding itself when the two are tied
 */
public record ModelWeights(
    GgufTensor tokenEmbedding, List<Layer> layers, GgufTensor outputNorm, GgufTensor output) {

  static final String TOKEN_EMBEDDING = "token_embd.weight";

  public ModelWeights {
    layers = List.copyOf(layers);
  }

  /** Whether the embedding also makes the logits. */
  public boolean isTied() {
    return output.name().equals(tokenEmbedding.name());
  }

  /**
   * One transformer block. Sizes q = heads × head size, k = key-value heads × head size, f = feed
   * forward.
   *
   * @param attentionNorm (hidden)
   * @param query (q × hidden)
   * @param key (k × hidden)
   * @param value (k × hidden)
   * @param queryBias (q), with {@code keyBias} and {@code valueBias} (k), or none of the three
   * @param queryNorm (head size), with {@code keyNorm}, or neither
   * @param attentionOutput (hidden × q)
   * @param attentionOutputBias (hidden) or none
   * @param feedForwardNorm (hidden)
   * @param gate (f × hidden)
   * @param up (f × hidden)
   * @param down (hidden × f)
   */
  public record Layer(
      GgufTensor attentionNorm,
      GgufTensor query,
      GgufTensor key,
      GgufTensor value,
      @Nullable GgufTensor queryBias,
      @Nullable GgufTensor keyBias,
      @Nullable GgufTensor valueBias,
      @Nullable GgufTensor queryNorm,
      @Nullable GgufTensor keyNorm,
      GgufTensor attentionOutput,
      @Nullable GgufTensor attentionOutputBias,
      GgufTensor feedForwardNorm,
      GgufTensor gate,
      GgufTensor up,
      GgufTensor down) {

    /** The seven matrices, in the order in which a forward meets them. */
    public List<GgufTensor> matrices() {
      return List.of(query, key, value, attentionOutput, gate, up, down);
    }
  }

  /**
   * Finds a model's tensors.
   *
   * @throws GgufException if a tensor is missing, has another shape, or is one that the engine
   *     would not use
   */
  public static ModelWeights of(GgufFile file, ModelConfig config) {
    return new WeightBinder(file, config).bind();
  }
}
