package updraft.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the tensors of a model by llama.cpp's names and checks each one's shape. */
final class WeightBinder {
  private final GgufFile file;
  private final ModelConfig config;
  private final Set<String> used = new HashSet<>();

  WeightBinder(GgufFile file, ModelConfig config) {
    this.file = file;
    this.config = config;
  }

  ModelWeights bind() {
    int hidden = config.hiddenSize();
    int vocabulary = config.vocabularySize();
    GgufTensor embedding = matrix(ModelWeights.TOKEN_EMBEDDING, vocabulary, hidden);
    List<ModelWeights.Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.layers(); i++) {
      layers.add(layer("blk." + i + "."));
    }
    GgufTensor outputNorm = vector("output_norm.weight", hidden);
    GgufTensor output =
        file.findTensor("output.weight").isPresent()
            ? matrix("output.weight", vocabulary, hidden)
            : embedding;
    refuseUnused();
    return new ModelWeights(embedding, layers, outputNorm, output);
  }

  private ModelWeights.Layer layer(String prefix) {
    int hidden = config.hiddenSize();
    int query = config.querySize();
    int keyValue = config.keyValueSize();
    int feedForward = config.feedForwardSize();
    int head = config.headSize();
    boolean biases = config.attentionBiases();
    boolean norms = config.queryKeyNorms();
    String outputBias = prefix + "attn_output.bias";
    return new ModelWeights.Layer(
        vector(prefix + "attn_norm.weight", hidden),
        matrix(prefix + "attn_q.weight", query, hidden),
        matrix(prefix + "attn_k.weight", keyValue, hidden),
        matrix(prefix + "attn_v.weight", keyValue, hidden),
        biases ? vector(prefix + "attn_q.bias", query) : null,
        biases ? vector(prefix + "attn_k.bias", keyValue) : null,
        biases ? vector(prefix + "attn_v.bias", keyValue) : null,
        norms ? vector(prefix + "attn_q_norm.weight", head) : null,
        norms ? vector(prefix + "attn_k_norm.weight", head) : null,
        matrix(prefix + "attn_output.weight", hidden, query),
        file.findTensor(outputBias).isPresent() ? vector(outputBias, hidden) : null,
        vector(prefix + "ffn_norm.weight", hidden),
        matrix(prefix + "ffn_gate.weight", feedForward, hidden),
        matrix(prefix + "ffn_up.weight", feedForward, hidden),
        matrix(prefix + "ffn_down.weight", hidden, feedForward));
  }

  private GgufTensor matrix(String name, int rows, int columns) {
    GgufTensor tensor = file.tensor(name);
    if (tensor.rows() != rows || tensor.columns() != columns) {
      throw file.error(
          "tensor must have the shape that the metadata gives",
          String.format(
              "tensor=%s, expected=%dx%d, found=%dx%d",
              name, rows, columns, tensor.rows(), tensor.columns()));
    }
    used.add(name);
    return tensor;
  }

  /** Norms and biases are small enough to look at: a damaged one would spoil every token. */
  private GgufTensor vector(String name, int size) {
    GgufTensor tensor = matrix(name, 1, size);
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw file.error(
            "tensor must be finite", "tensor=" + name + ", index=" + i + ", value=" + values[i]);
      }
    }
    return tensor;
  }

  /** A tensor left over is part of a model that would not be run as it was trained. */
  private void refuseUnused() {
    used.add(RopeScaling.FACTORS_TENSOR);
    for (GgufTensor tensor : file.tensors()) {
      if (!used.contains(tensor.name())) {
        throw file.error(
            "tensor must be one that " + config.architecture().ggufName() + " has",
            "tensor=" + tensor.name());
      }
    }
  }
}
