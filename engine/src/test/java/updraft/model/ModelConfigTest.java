package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelConfigTest {
  private static final List<Float> FACTORS = List.of(1f, 1.5f, 2f, 3f, 4f, 8f, 8f, 32f);

  @TempDir Path directory;

  private static SyntheticModelBuilder tiny(Architecture architecture) {
    return TinyModels.builder(architecture, QuantType.F32);
  }

  private ModelConfig read(SyntheticModelBuilder builder) throws IOException {
    try (GgufFile file = GgufFile.open(builder.write(directory.resolve("model.gguf")))) {
      return ModelConfig.of(file);
    }
  }

  @Test
  void readsSizes() throws IOException {
    ModelConfig config = read(tiny(Architecture.LLAMA));
    assertThat(config)
        .isEqualTo(
            new ModelConfig(
                Architecture.LLAMA,
                "synthetic-llama",
                3,
                96,
                6,
                2,
                16,
                160,
                512,
                1024,
                1e-5f,
                10_000,
                16,
                new RopeScaling.None(),
                false));
    assertThat(config.querySize()).isEqualTo(96);
    assertThat(config.keyValueSize()).isEqualTo(32);
    assertThat(config.attentionScale()).isEqualTo(0.25f);
  }

  @Test
  void knowsWhatArchitecturesDifferIn() throws IOException {
    ModelConfig llama = read(tiny(Architecture.LLAMA));
    assertThat(llama.ropeStyle()).isEqualTo(RopeStyle.ADJACENT);
    assertThat(llama.queryKeyNorms()).isFalse();
    assertThat(llama.attentionBiases()).isFalse();
    ModelConfig qwen2 = read(tiny(Architecture.QWEN2));
    assertThat(qwen2.ropeStyle()).isEqualTo(RopeStyle.HALVES);
    assertThat(qwen2.queryKeyNorms()).isFalse();
    assertThat(qwen2.attentionBiases()).isTrue();
    ModelConfig qwen3 = read(tiny(Architecture.QWEN3));
    assertThat(qwen3.ropeStyle()).isEqualTo(RopeStyle.HALVES);
    assertThat(qwen3.queryKeyNorms()).isTrue();
    assertThat(qwen3.attentionBiases()).isFalse();
    assertThat(read(tiny(Architecture.LLAMA).attentionBiases(true)).attentionBiases()).isTrue();
  }

  @Test
  void readsRope() throws IOException {
    ModelConfig config =
        read(
            tiny(Architecture.QWEN2)
                .ropeBase(1e6f)
                .ropeDimensions(8)
                .ropeScaling(new RopeScaling.Linear(4)));
    assertThat(config.ropeBase()).isEqualTo(1e6f);
    assertThat(config.ropeDimensions()).isEqualTo(8);
    assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Linear(4));
    assertThat(config.ropeScaling().frequencyScale(3)).isEqualTo(0.25f);
    RopeScaling factors = new RopeScaling.FrequencyFactors(FACTORS);
    ModelConfig llama3 = read(tiny(Architecture.LLAMA).ropeScaling(factors));
    assertThat(llama3.ropeScaling()).isEqualTo(factors);
    assertThat(llama3.ropeScaling().frequencyScale(7)).isEqualTo(1 / 32f);
  }

  @Test
  void derivesHeadSizeAndDefaults() throws IOException {
    ModelConfig config = readMetadata(writer -> writer);
    assertThat(config.headSize()).isEqualTo(16);
    assertThat(config.kvHeads()).isEqualTo(4);
    assertThat(config.ropeDimensions()).isEqualTo(16);
    assertThat(config.ropeBase()).isEqualTo(10_000);
    assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.None());
    assertThat(config.name()).isEmpty();
  }

  @Test
  void acceptsFeaturesSpelledOutAsOff() throws IOException {
    assertThat(
            readMetadata(
                writer ->
                    writer
                        .uint32("llama.expert_count", 0)
                        .float32("llama.logit_scale", 1)
                        .string("llama.rope.scaling.type", "none")
                        .float32("llama.rope.scaling.factor", 8)))
        .isEqualTo(readMetadata(writer -> writer));
    assertThat(readMetadata(writer -> writer.float32("llama.rope.scale_linear", 2)).ropeScaling())
        .isEqualTo(new RopeScaling.Linear(2));
  }

  @Test
  void refusesUnknownArchitecturesAndFeaturesByName() {
    refuses(
        writer -> writer.string("general.architecture", "mamba"),
        "architecture must be one of llama, qwen2, qwen3",
        "architecture=mamba");
    refuses(
        writer -> writer.string("llama.rope.scaling.type", "yarn"),
        "rope scaling must be none, linear, or frequency factors in rope_freqs.weight",
        "key=llama.rope.scaling.type, value=yarn");
    refuses(
        writer -> writer.uint32("llama.expert_count", 8),
        "feature must be one that the engine has for llama",
        "key=llama.expert_count, value=8");
    refuses(
        writer -> writer.float32("llama.attention.scale", 1),
        "feature must be one that the engine has for llama",
        "key=llama.attention.scale, value=1.0");
  }

  @Test
  void refusesSizesOutOfRange() {
    refuses(
        writer -> writer.uint32("llama.block_count", 0),
        "block_count must be in [1, 4096]",
        "key=llama.block_count, value=0");
    refuses(
        writer -> writer.uint32("llama.attention.head_count_kv", 3),
        "attention.head_count must be a multiple of 3",
        "key=llama.attention.head_count, value=4");
    refuses(
        writer -> writer.uint32("llama.attention.head_count", 5),
        "embedding_length must be a multiple of 5",
        "key=llama.embedding_length, value=64");
    refuses(
        writer -> writer.uint32("llama.rope.dimension_count", 7),
        "rope.dimension_count must be a multiple of 2",
        "key=llama.rope.dimension_count, value=7");
    refuses(
        writer -> writer.uint32("llama.rope.dimension_count", 18),
        "rope.dimension_count must be in [1, 16]",
        "key=llama.rope.dimension_count, value=18");
    refuses(
        writer -> writer.uint32("llama.attention.value_length", 8),
        "attention.value_length must equal attention.key_length",
        "key_length=16, value_length=8");
    refuses(
        writer -> writer.uint32("llama.vocab_size", 12),
        "vocabulary must have as many tokens as token_embd.weight has rows",
        "key=llama.vocab_size, tokens=12, rows=10");
    refuses(
        writer -> writer.strings("tokenizer.ggml.tokens", List.of("a")),
        "vocabulary must have as many tokens as token_embd.weight has rows",
        "key=tokenizer.ggml.tokens, tokens=1, rows=10");
  }

  @Test
  void refusesConstantsThatAreNotPositive() {
    refuses(
        writer -> writer.float32("llama.rope.freq_base", Float.NaN),
        "rope.freq_base must be positive",
        "key=llama.rope.freq_base, value=NaN");
    refuses(
        writer -> writer.float32("llama.attention.layer_norm_rms_epsilon", 0),
        "attention.layer_norm_rms_epsilon must be positive",
        "key=llama.attention.layer_norm_rms_epsilon, value=0.0");
    refuses(
        writer -> writer.float32("llama.rope.scaling.factor", -1),
        "rope scaling factor must be positive",
        "key=llama.rope.scaling.factor, value=-1.0");
  }

  @Test
  void refusesBadFrequencyFactors() {
    refuses(
        writer -> writer.tensor("rope_freqs.weight", QuantType.F32, 1, 8, (row, target) -> {}),
        "frequency factors must be positive",
        "tensor=rope_freqs.weight, index=0, value=0.0");
    refuses(
        writer -> writer.tensor("rope_freqs.weight", QuantType.F32, 1, 9, (row, target) -> {}),
        "tensor must have one element for each rotated pair",
        "tensor=rope_freqs.weight, expected=1x8, found=1x9");
  }

  private void refuses(UnaryOperator<GgufWriter> change, String constraint, String details) {
    assertThatThrownBy(() -> readMetadata(change))
        .isInstanceOf(GgufException.class)
        .hasMessage("%s: file=%s, %s", constraint, directory.resolve("meta.gguf"), details);
  }

  /** The least that a llama model says, changed. */
  private ModelConfig readMetadata(UnaryOperator<GgufWriter> change) throws IOException {
    Path path = directory.resolve("meta.gguf");
    GgufWriter writer =
        new GgufWriter()
            .string("general.architecture", "llama")
            .uint32("llama.block_count", 1)
            .uint32("llama.context_length", 128)
            .uint32("llama.embedding_length", 64)
            .uint32("llama.feed_forward_length", 128)
            .uint32("llama.attention.head_count", 4)
            .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
            .tensor("token_embd.weight", QuantType.F32, 10, 64, (row, target) -> {});
    change.apply(writer).write(path);
    try (GgufFile file = GgufFile.open(path)) {
      return ModelConfig.of(file);
    }
  }
}
