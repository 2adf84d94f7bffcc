package updraft.model;

import java.util.ArrayList;
import java.util.List;

/** Finds the tensors of a model by llama.cpp's names and checks each one's shape. */
final class WeightBinder {
  private final GgufFile file;
  private final ModelConfig config;
  private final TensorFinder finder;

  WeightBinder(GgufFile file, ModelConfig config) {
    this.file = file;
    this.config = config;
    this.finder = new TensorFinder(file);
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
    finder.refuseOthers(config.architecture().ggufName(), RopeScaling.FACTORS_TENSOR);
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
    return finder.matrix(name, rows, columns);
  }

  private GgufTensor vector(String name, int size) {
    return finder.vector(name, size);
  }
}
