package updraft.model;

import java.util.Map;
import java.util.Set;

/**
 * What a model is: sizes and constants, read from a file's metadata and checked.
 *
 * @param name for people; may be empty
 * @param hiddenSize elements of a token's hidden state
 * @param heads query heads, a multiple of {@code kvHeads}
 * @param kvHeads key and value heads
 * @param headSize elements of a head; heads × headSize need not be hiddenSize
 * @param vocabularySize rows of the embedding and logits of a row
 * @param contextLength most positions that the model was trained for
 * @param ropeDimensions elements of a head that are rotated, from the first on: even, at most
 *     headSize
 * @param attentionBiases whether query, key and value have biases
 */
public record ModelConfig(
    Architecture architecture,
    String name,
    int layers,
    int hiddenSize,
    int heads,
    int kvHeads,
    int headSize,
    int feedForwardSize,
    int vocabularySize,
    int contextLength,
    float rmsEpsilon,
    float ropeBase,
    int ropeDimensions,
    RopeScaling ropeScaling,
    boolean attentionBiases) {

  private static final int MAX_LAYERS = 4096;
  private static final int MAX_HEADS = 1 << 14;
  private static final int MAX_HEAD_SIZE = 1 << 12;
  private static final int MAX_SIZE = 1 << 24;
  private static final int MAX_CONTEXT = 1 << 28;

  /**
   * Keys, after the prefix, of features that change results and that the engine does not have, with
   * the values by which a file says that it does not use them.
   */
  private static final Map<String, Set<String>> REFUSED =
      Map.of(
          "expert_count", Set.of("0"),
          "attention.scale", Set.of("0.0"),
          "attention.clamp_kqv", Set.of("0.0"),
          "attention.causal", Set.of("true"),
          "attn_logit_softcapping", Set.of("0.0"),
          "final_logit_softcapping", Set.of("0.0"),
          "logit_scale", Set.of("0.0", "1.0"),
          "residual_scale", Set.of("0.0", "1.0"),
          "embedding_scale", Set.of("0.0", "1.0"),
          "rope.scaling.attn_factor", Set.of("1.0"));

  public RopeStyle ropeStyle() {
    return architecture.ropeStyle();
  }

  /** Whether each head's query and key pass an RMS norm before rotation. */
  public boolean queryKeyNorms() {
    return architecture.queryKeyNorms();
  }

  /** Elements of all query heads of a row. */
  public int querySize() {
    return heads * headSize;
  }

  /** Elements of all key heads, or value heads, of a row. */
  public int keyValueSize() {
    return kvHeads * headSize;
  }

  /** What scores are multiplied with: 1/√headSize. */
  public float attentionScale() {
    return (float) (1 / Math.sqrt(headSize));
  }

  /**
   * Reads and checks a model's configuration.
   *
   * @throws GgufException if the architecture or a feature is not supported, or a value is missing
   *     or out of range
   */
  public static ModelConfig of(GgufFile file) {
    return new Reader(file).read();
  }

  /**
   * Reads the one layer of a head, which is a llama's.
   *
   * @param vocabulary logits a row
   */
  static ModelConfig ofHead(GgufFile file, int vocabulary) {
    return new Reader(file, HeadConfig.PREFIX, HeadConfig.FACTORS_TENSOR, vocabulary).read();
  }

  /** The keys of one file. */
  private static final class Reader {
    private final GgufFile file;
    private final Architecture architecture;
    private final String prefix;
    private final String factorsTensor;

    /** 0 to look it up. */
    private final int vocabulary;

    Reader(GgufFile file) {
      this.file = file;
      architecture = Architecture.of(file);
      prefix = architecture.ggufName() + ".";
      factorsTensor = RopeScaling.FACTORS_TENSOR;
      vocabulary = 0;
    }

    Reader(GgufFile file, String prefix, String factorsTensor, int vocabulary) {
      this.file = file;
      this.architecture = Architecture.LLAMA;
      this.prefix = prefix;
      this.factorsTensor = factorsTensor;
      this.vocabulary = vocabulary;
    }

    ModelConfig read() {
      refuseFeatures();
      int hiddenSize = size("embedding_length", MAX_SIZE);
      int heads = size("attention.head_count", MAX_HEADS);
      int kvHeads = size("attention.head_count_kv", heads, heads);
      multiple("attention.head_count", heads, kvHeads);
      int headSize = headSize(hiddenSize, heads);
      int ropeDimensions = size("rope.dimension_count", headSize, headSize);
      multiple("rope.dimension_count", ropeDimensions, 2);
      return new ModelConfig(
          architecture,
          file.string("general.name", ""),
          size("block_count", MAX_LAYERS),
          hiddenSize,
          heads,
          kvHeads,
          headSize,
          size("feed_forward_length", MAX_SIZE),
          vocabulary == 0 ? vocabularySize() : vocabulary,
          size("context_length", MAX_CONTEXT),
          real(
              "attention.layer_norm_rms_epsilon",
              file.real(key("attention.layer_norm_rms_epsilon"))),
          real("rope.freq_base", file.real(key("rope.freq_base"), 10_000)),
          ropeDimensions,
          RopeScaling.of(file, prefix, factorsTensor, ropeDimensions),
          architecture.needsAttentionBiases() || file.findTensor("blk.0.attn_q.bias").isPresent());
    }

    private void refuseFeatures() {
      for (String key : file.keys()) {
        String name = key.startsWith(prefix) ? key.substring(prefix.length()) : "";
        Set<String> unused = REFUSED.get(name);
        if (unused != null && !unused.contains(file.display(key))) {
          throw file.error(
              "feature must be one that the engine has for " + architecture.ggufName(),
              "key=" + key + ", value=" + file.display(key));
        }
      }
    }

    private int headSize(int hiddenSize, int heads) {
      if (!file.contains(key("attention.key_length"))) {
        multiple("embedding_length", hiddenSize, heads);
      }
      int headSize = size("attention.key_length", hiddenSize / heads, MAX_HEAD_SIZE);
      int valueSize = size("attention.value_length", headSize, MAX_HEAD_SIZE);
      if (valueSize != headSize) {
        throw file.error(
            "attention.value_length must equal attention.key_length",
            "key_length=" + headSize + ", value_length=" + valueSize);
      }
      multiple("attention.key_length", headSize, 2);
      return headSize;
    }

    /** The embedding says it; the metadata, where it says it too, must agree. */
    private int vocabularySize() {
      long rows = file.tensor(ModelWeights.TOKEN_EMBEDDING).rows();
      agree(key("vocab_size"), rows, file.integer(key("vocab_size"), clampToInt(rows)));
      String tokens = "tokenizer.ggml.tokens";
      agree(tokens, rows, file.contains(tokens) ? file.arrayLength(tokens) : rows);
      if (rows > MAX_SIZE) {
        throw file.error("vocabulary must be at most " + MAX_SIZE, "rows=" + rows);
      }
      return (int) rows;
    }

    private static int clampToInt(long value) {
      return (int) Math.min(value, Integer.MAX_VALUE);
    }

    private void agree(String key, long rows, long value) {
      if (value != clampToInt(rows)) {
        throw file.error(
            "vocabulary must have as many tokens as " + ModelWeights.TOKEN_EMBEDDING + " has rows",
            "key=" + key + ", tokens=" + value + ", rows=" + rows);
      }
    }

    private int size(String name, int most) {
      return checkedSize(name, file.integer(key(name)), most);
    }

    private int size(String name, int fallback, int most) {
      return checkedSize(name, file.integer(key(name), fallback), most);
    }

    private int checkedSize(String name, int value, int most) {
      if (value < 1 || value > most) {
        throw file.error(
            name + " must be in [1, " + most + "]", "key=" + key(name) + ", value=" + value);
      }
      return value;
    }

    private void multiple(String name, int value, int divisor) {
      if (value % divisor != 0) {
        throw file.error(
            name + " must be a multiple of " + divisor, "key=" + key(name) + ", value=" + value);
      }
    }

    private float real(String name, float value) {
      if (!(value > 0 && value < Float.POSITIVE_INFINITY)) {
        throw file.error(name + " must be positive", "key=" + key(name) + ", value=" + value);
      }
      return value;
    }

    private String key(String name) {
      return prefix + name;
    }
  }
}
