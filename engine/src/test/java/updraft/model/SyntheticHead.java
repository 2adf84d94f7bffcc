package updraft.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import updraft.model.GgufWriter.RowSource;

/**
 * EAGLE heads for a small model, as real files: random ones, and one that repeats what the target
 * says of a token alone, which is right where the target cares little for context.
 */
public final class SyntheticHead {
  private final Path target;
  private int[] targetLayers = {1, 2, 3};
  private QuantType type = QuantType.F32;
  private int vocabulary;
  private boolean map = true;
  private boolean random;
  private boolean normBeforeFusion;
  private boolean normBeforeResidual;
  private long seed = 1;
  private String damaged = "";
  private Consumer<GgufWriter> damage = writer -> {};

  /**
   * @param target a model of {@link SyntheticModel}, not tied
   */
  public SyntheticHead(Path target) {
    this.target = target;
  }

  public SyntheticHead targetLayers(int... value) {
    targetLayers = value;
    return this;
  }

  public SyntheticHead type(QuantType value) {
    type = value;
    return this;
  }

  /** Drafts from the first tokens alone, of ids counted from the last down. */
  public SyntheticHead vocabulary(int value) {
    vocabulary = value;
    return this;
  }

  public SyntheticHead withoutMap() {
    map = false;
    return this;
  }

  public SyntheticHead random(long value) {
    random = true;
    seed = value;
    return this;
  }

  public SyntheticHead normBeforeFusion() {
    normBeforeFusion = true;
    return this;
  }

  public SyntheticHead normBeforeResidual() {
    normBeforeResidual = true;
    return this;
  }

  /** Has a NaN in a matrix of noise. */
  public SyntheticHead notANumberIn(String matrix) {
    damaged = matrix;
    return this;
  }

  /** Adds to or replaces metadata just before writing. */
  public SyntheticHead damage(Consumer<GgufWriter> value) {
    damage = value;
    return this;
  }

  public Path write(Path path) {
    try (GgufFile file = GgufFile.open(target)) {
      ModelConfig config = ModelConfig.of(file);
      ModelWeights weights = ModelWeights.of(file, config);
      GgufWriter writer = new GgufWriter();
      metadata(writer, file, config);
      tensors(writer, config, weights);
      damage.accept(writer);
      writer.write(path);
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void metadata(GgufWriter writer, GgufFile file, ModelConfig config) {
    writer
        .string("general.architecture", "eagle3")
        .string("general.name", "synthetic-head")
        .uint32("eagle3.block_count", 1)
        .uint32("eagle3.context_length", config.contextLength())
        .uint32("eagle3.embedding_length", config.hiddenSize())
        .uint32("eagle3.feed_forward_length", 2 * config.hiddenSize())
        .uint32("eagle3.attention.head_count", heads(config))
        .uint32("eagle3.attention.head_count_kv", heads(config))
        .float32("eagle3.attention.layer_norm_rms_epsilon", config.rmsEpsilon())
        .float32("eagle3.rope.freq_base", config.ropeBase())
        .uint32("eagle3.vocab_size", config.vocabularySize())
        .uint32("eagle3.target_hidden_size", config.hiddenSize())
        .integers("eagle3.target_layers", GgufValueType.INT32, targetLayers)
        .bool("eagle3.norm_before_residual", normBeforeResidual)
        .bool("eagle3.norm_before_fc", normBeforeFusion)
        .string("tokenizer.ggml.model", file.string("tokenizer.ggml.model"))
        .strings("tokenizer.ggml.tokens", Arrays.asList(file.strings("tokenizer.ggml.tokens")));
  }

  private static int heads(ModelConfig config) {
    return config.hiddenSize() / 16;
  }

  private void tensors(GgufWriter writer, ModelConfig config, ModelWeights weights) {
    int h = config.hiddenSize();
    int joined = targetLayers.length * h;
    float small = random ? (float) (1 / Math.sqrt(h)) : 0;
    matrix(writer, "fc.weight", h, joined, noise("fc", small));
    if (normBeforeFusion) {
      ones(writer, "enc.output_norm.weight", joined);
    }
    ones(writer, "blk.0.attn_norm.weight", h);
    ones(writer, "blk.0.attn_norm_2.weight", h);
    // a token attends to itself above all, and takes its own embedding
    matrix(writer, "blk.0.attn_q.weight", h, 2 * h, random ? noise("q", small) : diagonal(3));
    matrix(writer, "blk.0.attn_k.weight", h, 2 * h, random ? noise("k", small) : diagonal(3));
    matrix(writer, "blk.0.attn_v.weight", h, 2 * h, random ? noise("v", small) : diagonal(1));
    matrix(writer, "blk.0.attn_output.weight", h, h, random ? noise("o", small) : diagonal(1));
    ones(writer, "blk.0.ffn_norm.weight", h);
    matrix(writer, "blk.0.ffn_gate.weight", 2 * h, h, noise("gate", small));
    matrix(writer, "blk.0.ffn_up.weight", 2 * h, h, noise("up", small));
    matrix(writer, "blk.0.ffn_down.weight", h, 2 * h, noise("down", small));
    float[] norm = weights.outputNorm().toFloats();
    writer.tensor(
        "output_norm.weight",
        QuantType.F32,
        1,
        h,
        (row, to) -> System.arraycopy(norm, 0, to, 0, h));
    if (vocabulary > 0) {
      int last = config.vocabularySize() - 1;
      writer.tensor(
          "output.weight",
          type,
          vocabulary,
          h,
          (row, to) -> weights.output().dequantizeRow(last - (int) row, to, 0));
      if (map) {
        writer.tensor(
            "d2t",
            QuantType.I64,
            1,
            vocabulary,
            (row, to) -> {
              for (int i = 0; i < to.length; i++) {
                to[i] = last - i;
              }
            });
      }
    }
  }

  private void matrix(GgufWriter writer, String name, int rows, int columns, RowSource source) {
    writer.tensor(name, type, rows, columns, source);
  }

  private static void ones(GgufWriter writer, String name, int size) {
    writer.tensor(name, QuantType.F32, 1, size, (row, to) -> Arrays.fill(to, 1));
  }

  private static RowSource diagonal(float value) {
    return (row, to) -> {
      Arrays.fill(to, 0);
      to[(int) row] = value;
    };
  }

  private RowSource noise(String name, float scale) {
    return (row, to) -> {
      SplittableRandom random = new SplittableRandom(seed * 31 + name.hashCode() * 1009L + row);
      for (int i = 0; i < to.length; i++) {
        to[i] = (float) (scale * random.nextGaussian());
      }
      if (name.equals(damaged) && row == 1) {
        to[5] = Float.NaN;
      }
    };
  }
}
