package updraft.forward;

import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufTensor;
import updraft.model.ModelWeights;
import updraft.model.PackedMatrix;
import updraft.model.Repacker;

/**
 * A model's weights, repacked for the kernels; needs no file any more.
 *
 * @param embedding (vocabulary × hidden): the same object as {@code output} when the two are tied
 */
record CpuWeights(
    PackedMatrix embedding, List<Layer> layers, float[] outputNorm, PackedMatrix output) {

  /**
   * One block.
   *
   * @param queryKeyValue one matrix of stacked rows, or the three
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Layer(
      float[] attentionNorm,
      List<PackedMatrix> queryKeyValue,
      float @Nullable [] biases,
      float @Nullable [] queryNorm,
      float @Nullable [] keyNorm,
      PackedMatrix attentionOutput,
      float @Nullable [] attentionOutputBias,
      float[] feedForwardNorm,
      PackedMatrix gate,
      PackedMatrix up,
      PackedMatrix down) {}

  static CpuWeights of(ModelWeights weights, Repacker repacker) {
    PackedMatrix output = repacker.pack(weights.output());
    return new CpuWeights(
        weights.isTied() ? output : repacker.pack(weights.tokenEmbedding()),
        weights.layers().stream().map(layer -> layer(layer, repacker)).toList(),
        weights.outputNorm().toFloats(),
        output);
  }

  static Layer layer(ModelWeights.Layer layer, Repacker repacker) {
    List<GgufTensor> three = List.of(layer.query(), layer.key(), layer.value());
    return new Layer(
        layer.attentionNorm().toFloats(),
        repacker.stackable(three)
            ? List.of(repacker.stack(three))
            : three.stream().map(repacker::pack).toList(),
        biases(layer),
        floats(layer.queryNorm()),
        floats(layer.keyNorm()),
        repacker.pack(layer.attentionOutput()),
        floats(layer.attentionOutputBias()),
        layer.feedForwardNorm().toFloats(),
        repacker.pack(layer.gate()),
        repacker.pack(layer.up()),
        repacker.pack(layer.down()));
  }

  /** The biases of query, key and value, one after the other, or null. */
  private static float @Nullable [] biases(ModelWeights.Layer layer) {
    if (layer.queryBias() == null || layer.keyBias() == null || layer.valueBias() == null) {
      return null;
    }
    float[] query = layer.queryBias().toFloats();
    float[] key = layer.keyBias().toFloats();
    float[] value = layer.valueBias().toFloats();
    float[] all = new float[query.length + key.length + value.length];
    System.arraycopy(query, 0, all, 0, query.length);
    System.arraycopy(key, 0, all, query.length, key.length);
    System.arraycopy(value, 0, all, query.length + key.length, value.length);
    return all;
  }

  private static float @Nullable [] floats(@Nullable GgufTensor tensor) {
    return tensor == null ? null : tensor.toFloats();
  }
}
