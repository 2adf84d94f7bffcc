package updraft.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What an EAGLE head is: one llama layer over pairs of a token and what the target computed for the
 * token before. In the form of llama.cpp's {@code eagle3} files; EAGLE-3 reads three of the
 * target's layers and drafts from a part of its vocabulary, a head of one layer and the whole
 * vocabulary is read too.
 *
 * @param layer sizes and constants of its layer; its vocabulary is the draft's
 * @param targetLayers inputs of these layers of the target are read; its number of layers is the
 *     last hidden state
 * @param targetHiddenSize hidden size of the target
 * @param targetVocabulary rows of the target's embedding
 * @param normBeforeResidual whether the residual stream begins with the normed features
 * @param normBeforeFusion whether the joined features pass a norm before they are fused
 * @param targetTokens by draft token: the target's id; null when the vocabularies are the same
 */
@SuppressWarnings("ArrayRecordComponent") // read once, never written to
public record HeadConfig(
    ModelConfig layer,
    int[] targetLayers,
    int targetHiddenSize,
    int targetVocabulary,
    boolean normBeforeResidual,
    boolean normBeforeFusion,
    int @Nullable [] targetTokens) {

  /** Value of {@code general.architecture}. */
  public static final String ARCHITECTURE = "eagle3";

  static final String PREFIX = ARCHITECTURE + ".";
  static final String FACTORS_TENSOR = "blk.0.rope_freqs.weight";
  static final String MAP_TENSOR = "d2t";
  private static final String TOKENS_KEY = "tokenizer.ggml.tokens";

  /** Whether a file holds a head rather than a model. */
  public static boolean isHead(GgufFile file) {
    return file.string("general.architecture", "").equals(ARCHITECTURE);
  }

  /** Elements of the joined features of a token. */
  public int joinedSize() {
    return targetLayers.length * targetHiddenSize;
  }

  /**
   * Reads a head and checks that it was made for a target.
   *
   * @throws GgufException if it was not, saying which two numbers differ, or is damaged
   */
  public static HeadConfig of(GgufFile file, GgufFile targetFile, ModelConfig target) {
    checkBlocks(file);
    int hidden = file.integer(PREFIX + "target_hidden_size", target.hiddenSize());
    if (hidden != target.hiddenSize()) {
      throw file.error(
          "head must be for a target of this hidden size",
          "head=" + hidden + ", target=" + target.hiddenSize());
    }
    Vocabularies.check(file, "head", targetFile, target.vocabularySize());
    int vocabulary = draftVocabulary(file, target.vocabularySize());
    ModelConfig layer = ModelConfig.ofHead(file, vocabulary);
    return new HeadConfig(
        layer,
        targetLayers(file, target),
        hidden,
        target.vocabularySize(),
        file.bool(PREFIX + "norm_before_residual", false),
        file.bool(PREFIX + "norm_before_fc", false),
        targetTokens(file, vocabulary, target.vocabularySize()));
  }

  /** Whether a file is a head that was made for this target, as far as its metadata tells. */
  public static boolean suits(GgufFile file, GgufFile targetFile, ModelConfig target) {
    if (!isHead(file)
        || file.integer(PREFIX + "target_hidden_size", 0) != target.hiddenSize()
        || !file.contains(TOKENS_KEY)
        || file.arrayLength(TOKENS_KEY) != target.vocabularySize()) {
      return false;
    }
    int[] layers = file.integers(PREFIX + "target_layers");
    return Arrays.stream(layers).allMatch(layer -> layer >= 1 && layer <= target.layers())
        && file.integer(PREFIX + "target_block_count", target.layers()) == target.layers()
        && Vocabularies.same(file, targetFile);
  }

  private static void checkBlocks(GgufFile file) {
    int blocks = file.integer(PREFIX + "block_count", 1);
    if (blocks != 1) {
      throw file.error(
          "head must have one layer", "key=" + PREFIX + "block_count, value=" + blocks);
    }
  }

  private static int[] targetLayers(GgufFile file, ModelConfig target) {
    String key = PREFIX + "target_layers";
    int[] layers = file.integers(key);
    if (layers.length < 1 || layers.length > 8) {
      throw file.error("head must read 1 to 8 layers", "key=" + key + ", layers=" + layers.length);
    }
    for (int layer : layers) {
      if (layer < 1 || layer > target.layers()) {
        throw file.error(
            "head must read layers that the target has, in [1, " + target.layers() + "]",
            "key=" + key + ", layer=" + layer + ", target_layers=" + target.layers());
      }
    }
    return layers;
  }

  private static int draftVocabulary(GgufFile file, int vocabulary) {
    return file.findTensor("output.weight")
        .map(output -> (int) Math.min(output.rows(), Integer.MAX_VALUE))
        .orElse(vocabulary);
  }

  private static int @Nullable [] targetTokens(GgufFile file, int draft, int vocabulary) {
    @Nullable GgufTensor map = file.findTensor(MAP_TENSOR).orElse(null);
    if (map == null) {
      if (draft != vocabulary) {
        throw file.error(
            "head must have tensor d2t, since its vocabulary is not the target's",
            "head=" + draft + ", target=" + vocabulary);
      }
      return null;
    }
    if (map.type() != QuantType.I64 || map.elements() != draft) {
      throw file.error(
          "d2t must have one 64-bit integer for each of the head's tokens",
          "type=" + map.type() + ", elements=" + map.elements() + ", head=" + draft);
    }
    int[] tokens = new int[draft];
    boolean[] seen = new boolean[vocabulary];
    for (int i = 0; i < draft; i++) {
      long token = IntegerCodec.at(map, i);
      if (token < 0 || token >= vocabulary || seen[(int) token]) {
        throw file.error(
            "d2t must name different tokens of the target, in [0, " + vocabulary + ")",
            "index=" + i + ", token=" + token);
      }
      seen[(int) token] = true;
      tokens[i] = (int) token;
    }
    return tokens;
  }
}
