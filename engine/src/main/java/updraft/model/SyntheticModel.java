package updraft.model;

import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import updraft.model.GgufWriter.RowSource;

/**
 * A small random model as a real GGUF file, for tests and benchmarks: every architecture, stored
 * type and option that the engine has, with a vocabulary that encodes any text.
 *
 * <pre>{@code
 * SyntheticModel.builder(Architecture.QWEN3).matrices(QuantType.Q4_0).build().write(path);
 * }</pre>
 *
 * <p>Weights are a function of the seed and a tensor's name and row alone, and scaled so that
 * logits are far from flat: greedy text varies, yet is the same everywhere. Control tokens are all
 * but never generated. Needs memory for one row at a time.
 *
 * @param embeddings stored type of the token embedding
 * @param attention stored type of query, key, value and output matrices
 * @param feedForward stored type of gate, up and down matrices
 * @param output stored type of the output matrix, unless tied
 * @param tied whether the token embedding makes the logits
 * @param attentionBiases whether query, key and value have biases; qwen2 always has
 * @param residualScale gain of what a layer adds: 3 outweighs the embedding in the hidden state, as
 *     a tied model would else just repeat its input; next to 0 a model forgets all but the last
 *     token
 */
public record SyntheticModel(
    Architecture architecture,
    int layers,
    int hiddenSize,
    int heads,
    int kvHeads,
    int headSize,
    int feedForwardSize,
    int vocabularySize,
    int contextLength,
    QuantType embeddings,
    QuantType attention,
    QuantType feedForward,
    QuantType output,
    boolean tied,
    boolean attentionBiases,
    float ropeBase,
    int ropeDimensions,
    RopeScaling ropeScaling,
    float residualScale,
    long seed) {

  private static final float RMS_EPSILON = 1e-5f;

  /** Standard deviation of the logits: softmax is peaked, yet not on one token alone. */
  private static final float LOGIT_SCALE = 3;

  private static final float CONTROL_SCALE = 0.1f;
  private static final float NORM_SPREAD = 0.1f;
  private static final float BIAS_SCALE = 0.2f;

  public SyntheticModel {
    if (vocabularySize < SyntheticVocabulary.LEAST_SIZE) {
      throw new IllegalArgumentException(
          "vocabularySize must be at least "
              + SyntheticVocabulary.LEAST_SIZE
              + ": vocabularySize="
              + vocabularySize);
    }
    if (architecture.needsAttentionBiases() && !attentionBiases) {
      throw new IllegalArgumentException(
          "attentionBiases must be set for " + architecture.ggufName() + ": attentionBiases=false");
    }
  }

  /** A model of two layers, 64 wide, with 512 tokens; change what matters. */
  public static SyntheticModelBuilder builder(Architecture architecture) {
    return new SyntheticModelBuilder(architecture);
  }

  /** The shapes of Llama 3.2 1B; the vocabulary is the caller's to set. */
  public static SyntheticModelBuilder llama1b() {
    return builder(Architecture.LLAMA)
        .layers(16)
        .hiddenSize(2048)
        .heads(32, 8)
        .headSize(64)
        .feedForwardSize(8192)
        .vocabularySize(128_256)
        .contextLength(131_072)
        .ropeBase(500_000);
  }

  /** Writes the model, replacing what is there. */
  public void write(Path path) throws IOException {
    GgufWriter writer = new GgufWriter();
    SyntheticVocabulary vocabulary = new SyntheticVocabulary(vocabularySize);
    writeConfig(writer);
    vocabulary.writeTo(writer);
    embedding(writer, ModelWeights.TOKEN_EMBEDDING, embeddings, vocabulary.firstControl());
    for (int i = 0; i < layers; i++) {
      writeLayer(writer, "blk." + i + ".");
    }
    norm(writer, "output_norm.weight", hiddenSize);
    if (!tied) {
      embedding(writer, "output.weight", output, vocabulary.firstControl());
    }
    if (ropeScaling instanceof RopeScaling.FrequencyFactors(var factors)) {
      RowSource source =
          (row, target) -> {
            for (int i = 0; i < target.length; i++) {
              target[i] = factors.get(i);
            }
          };
      writer.tensor(RopeScaling.FACTORS_TENSOR, QuantType.F32, 1, factors.size(), source);
    }
    writer.write(path);
  }

  private void writeConfig(GgufWriter writer) {
    String prefix = architecture.ggufName() + ".";
    writer
        .string("general.architecture", architecture.ggufName())
        .string("general.name", "synthetic-" + architecture.ggufName())
        .uint32(prefix + "block_count", layers)
        .uint32(prefix + "context_length", contextLength)
        .uint32(prefix + "embedding_length", hiddenSize)
        .uint32(prefix + "feed_forward_length", feedForwardSize)
        .uint32(prefix + "attention.head_count", heads)
        .uint32(prefix + "attention.head_count_kv", kvHeads)
        .uint32(prefix + "attention.key_length", headSize)
        .uint32(prefix + "attention.value_length", headSize)
        .float32(prefix + "attention.layer_norm_rms_epsilon", RMS_EPSILON)
        .float32(prefix + "rope.freq_base", ropeBase)
        .uint32(prefix + "rope.dimension_count", ropeDimensions)
        .uint32(prefix + "vocab_size", vocabularySize);
    if (ropeScaling instanceof RopeScaling.Linear(float factor)) {
      writer
          .string(prefix + "rope.scaling.type", "linear")
          .float32(prefix + "rope.scaling.factor", factor);
    }
  }

  private void writeLayer(GgufWriter writer, String prefix) {
    int query = heads * headSize;
    int keyValue = kvHeads * headSize;
    norm(writer, prefix + "attn_norm.weight", hiddenSize);
    matrix(writer, prefix + "attn_q.weight", attention, query, hiddenSize, 1);
    matrix(writer, prefix + "attn_k.weight", attention, keyValue, hiddenSize, 1);
    matrix(writer, prefix + "attn_v.weight", attention, keyValue, hiddenSize, 1);
    if (attentionBiases) {
      vector(writer, prefix + "attn_q.bias", query, 0, BIAS_SCALE);
      vector(writer, prefix + "attn_k.bias", keyValue, 0, BIAS_SCALE);
      vector(writer, prefix + "attn_v.bias", keyValue, 0, BIAS_SCALE);
    }
    if (architecture.queryKeyNorms()) {
      norm(writer, prefix + "attn_q_norm.weight", headSize);
      norm(writer, prefix + "attn_k_norm.weight", headSize);
    }
    matrix(writer, prefix + "attn_output.weight", attention, hiddenSize, query, residualScale);
    norm(writer, prefix + "ffn_norm.weight", hiddenSize);
    matrix(writer, prefix + "ffn_gate.weight", feedForward, feedForwardSize, hiddenSize, 1);
    matrix(writer, prefix + "ffn_up.weight", feedForward, feedForwardSize, hiddenSize, 1);
    matrix(
        writer,
        prefix + "ffn_down.weight",
        feedForward,
        hiddenSize,
        feedForwardSize,
        residualScale);
  }

  private void embedding(GgufWriter writer, String name, QuantType type, int firstControl) {
    float scale = LOGIT_SCALE / (float) Math.sqrt(hiddenSize);
    writer.tensor(
        name,
        type,
        vocabularySize,
        hiddenSize,
        (row, target) ->
            fill(name, row, target, 0, row < firstControl ? scale : scale * CONTROL_SCALE));
  }

  /** With a gain of 1, outputs are about as large as inputs. */
  private void matrix(
      GgufWriter writer, String name, QuantType type, int rows, int columns, float gain) {
    float scale = gain / (float) Math.sqrt(columns);
    writer.tensor(name, type, rows, columns, (row, target) -> fill(name, row, target, 0, scale));
  }

  private void norm(GgufWriter writer, String name, int size) {
    vector(writer, name, size, 1, NORM_SPREAD);
  }

  private void vector(GgufWriter writer, String name, int size, float mean, float scale) {
    writer.tensor(
        name, QuantType.F32, 1, size, (row, target) -> fill(name, row, target, mean, scale));
  }

  /**
   * Bell-shaped values: four uniform 16-bit numbers added up have a standard deviation of 1/√3 of
   * the range of one, and cost one step of the generator.
   */
  private void fill(String name, long row, float[] target, float mean, float scale) {
    SplittableRandom random =
        new SplittableRandom(
            (seed * 0xD1342543DE82EF95L + name.hashCode()) * 0xAF251AF3B0F025B5L + row);
    float unit = (float) (scale * Math.sqrt(3) / 65536);
    for (int i = 0; i < target.length; i++) {
      long bits = random.nextLong();
      long sum = (bits & 0xFFFF) + (bits >>> 16 & 0xFFFF) + (bits >>> 32 & 0xFFFF) + (bits >>> 48);
      target[i] = mean + (sum - 2 * 65535) * unit;
    }
  }
}
