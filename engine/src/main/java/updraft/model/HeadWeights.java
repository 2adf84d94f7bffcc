package updraft.model;

import org.jspecify.annotations.Nullable;

/**
 * An EAGLE head's tensors by role; matrices are (outputs × inputs). Valid until its file and the
 * target's are closed.
 *
 * @param fusion (hidden × joined features)
 * @param fusionNorm (joined features), or null
 * @param featureNorm (hidden), of the fused features
 * @param model its layer, whose query, key and value take twice the hidden size; with the target's
 *     embedding or output where it has none of its own
 */
public record HeadWeights(
    GgufTensor fusion,
    @Nullable GgufTensor fusionNorm,
    GgufTensor featureNorm,
    ModelWeights model) {

  private static final String LAYER = "blk.0.";

  /**
   * Finds a head's tensors and looks at every number of its own.
   *
   * @throws GgufException if a tensor is missing, has another shape, is not finite, or is one that
   *     the engine would not use
   */
  public static HeadWeights of(GgufFile file, HeadConfig config, ModelWeights target) {
    TensorFinder finder = new TensorFinder(file);
    ModelConfig layer = config.layer();
    int hidden = layer.hiddenSize();
    int joined = config.joinedSize();
    GgufTensor fusion = finder.finiteMatrix("fc.weight", hidden, joined);
    GgufTensor fusionNorm =
        config.normBeforeFusion() ? finder.vector("enc.output_norm.weight", joined) : null;
    GgufTensor featureNorm = finder.vector(LAYER + "attn_norm_2.weight", hidden);
    GgufTensor embedding =
        shared(finder, file, ModelWeights.TOKEN_EMBEDDING, target.tokenEmbedding(), config, hidden);
    GgufTensor output =
        finder.has("output.weight")
            ? finder.finiteMatrix("output.weight", layer.vocabularySize(), hidden)
            : shared(finder, file, "output.weight", target.output(), config, hidden);
    ModelWeights model =
        new ModelWeights(
            embedding,
            java.util.List.of(layer(finder, layer)),
            finder.vector("output_norm.weight", hidden),
            output);
    finder.refuseOthers(HeadConfig.ARCHITECTURE, HeadConfig.MAP_TENSOR, HeadConfig.FACTORS_TENSOR);
    return new HeadWeights(fusion, fusionNorm, featureNorm, model);
  }

  /** A tensor over the target's vocabulary: the head's own, or the target's of the same width. */
  private static GgufTensor shared(
      TensorFinder finder,
      GgufFile file,
      String name,
      GgufTensor target,
      HeadConfig config,
      int hidden) {
    if (finder.has(name)) {
      return finder.finiteMatrix(name, config.targetVocabulary(), hidden);
    }
    if (target.columns() != hidden) {
      throw file.error(
          "head without " + name + " must have the target's hidden size",
          "head=" + hidden + ", target=" + target.columns());
    }
    return target;
  }

  private static ModelWeights.Layer layer(TensorFinder finder, ModelConfig config) {
    int hidden = config.hiddenSize();
    int query = config.querySize();
    int keyValue = config.keyValueSize();
    int feedForward = config.feedForwardSize();
    return new ModelWeights.Layer(
        finder.vector(LAYER + "attn_norm.weight", hidden),
        finder.finiteMatrix(LAYER + "attn_q.weight", query, 2 * hidden),
        finder.finiteMatrix(LAYER + "attn_k.weight", keyValue, 2 * hidden),
        finder.finiteMatrix(LAYER + "attn_v.weight", keyValue, 2 * hidden),
        null,
        null,
        null,
        null,
        null,
        finder.finiteMatrix(LAYER + "attn_output.weight", hidden, query),
        null,
        finder.vector(LAYER + "ffn_norm.weight", hidden),
        finder.finiteMatrix(LAYER + "ffn_gate.weight", feedForward, hidden),
        finder.finiteMatrix(LAYER + "ffn_up.weight", feedForward, hidden),
        finder.finiteMatrix(LAYER + "ffn_down.weight", hidden, feedForward));
  }
}
