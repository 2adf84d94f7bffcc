package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticModelTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void writesEveryTypeForEveryArchitecture(QuantType type) {
    for (Architecture architecture : Architecture.values()) {
      Path path = TinyModels.write(directory, architecture, type);
      try (GgufFile file = GgufFile.open(path)) {
        ModelWeights weights = ModelWeights.of(file, ModelConfig.of(file));
        assertThat(weights.output().type()).isEqualTo(type);
        assertThat(weights.layers().getFirst().down().type()).isEqualTo(type);
      }
    }
  }

  @Test
  void dependsOnTheSeedAlone() throws IOException {
    Path one = SyntheticModel.builder(Architecture.LLAMA).write(directory.resolve("1.gguf"));
    Path again = SyntheticModel.builder(Architecture.LLAMA).write(directory.resolve("2.gguf"));
    Path other =
        SyntheticModel.builder(Architecture.LLAMA).seed(2).write(directory.resolve("3.gguf"));
    assertThat(again).hasSameBinaryContentAs(one);
    assertThat(Files.mismatch(one, other)).isNotNegative();
  }

  @Test
  void weightsHaveTheScaleOfTheirRole() throws IOException {
    Path path = SyntheticModel.builder(Architecture.LLAMA).write(directory.resolve("m.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      assertThat(deviation(file.tensor("blk.1.attn_q.weight"), 0)).isCloseTo(0.125, within(0.01));
      assertThat(deviation(file.tensor("blk.1.ffn_down.weight"), 0))
          .isCloseTo(3 / Math.sqrt(128), within(0.01));
      assertThat(deviation(file.tensor("output_norm.weight"), 1)).isCloseTo(0.1, within(0.03));
    }
  }

  private static double deviation(GgufTensor tensor, double mean) {
    double sum = 0;
    for (float value : tensor.toFloats()) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / tensor.elements());
  }

  @Test
  void vocabularyHasEveryByteAndMergesOfEarlierTokens() throws IOException {
    int size = 40_000;
    Path path =
        SyntheticModel.builder(Architecture.LLAMA)
            .vocabularySize(size)
            .hiddenSize(32)
            .heads(1, 1)
            .matrices(QuantType.Q4_0)
            .write(directory.resolve("m.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      String[] tokens = file.strings("tokenizer.ggml.tokens");
      assertThat(Set.of(tokens)).hasSize(size);
      assertThat(tokens[' ']).isEqualTo("Ġ");
      assertThat(tokens['\n']).isEqualTo("Ċ");
      assertThat(tokens['a']).isEqualTo("a");
      assertThat(tokens[0xAD]).isEqualTo("Ń");
      assertThat(tokens[0xC3]).isEqualTo("Ã");
      Set<String> known = new HashSet<>(List.of(tokens).subList(0, 256));
      String[] merges = file.strings("tokenizer.ggml.merges");
      assertThat(merges).hasSize(size - 256 - 3);
      for (String merge : merges) {
        String[] pair = merge.split(" ");
        assertThat(pair).hasSize(2).allMatch(known::contains);
        assertThat(known.add(pair[0] + pair[1])).isTrue();
      }
      assertThat(List.of(tokens).subList(size - 3, size))
          .containsExactly("<|endoftext|>", "<|im_start|>", "<|im_end|>");
      int[] types = file.integers("tokenizer.ggml.token_type");
      assertThat(types[size - 4]).isEqualTo(1);
      assertThat(types[size - 3]).isEqualTo(3);
      assertThat(file.integer("tokenizer.ggml.eos_token_id")).isEqualTo(size - 3);
    }
  }

  @Test
  void hasTheShapesOfLlama1b() throws IOException {
    Path path =
        SyntheticModel.llama1b()
            .layers(1)
            .vocabularySize(512)
            .matrices(QuantType.Q4_0)
            .write(directory.resolve("m.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      ModelConfig config = ModelConfig.of(file);
      ModelWeights.of(file, config);
      assertThat(config.hiddenSize()).isEqualTo(2048);
      assertThat(config.keyValueSize()).isEqualTo(512);
      assertThat(config.feedForwardSize()).isEqualTo(8192);
    }
  }

  @Test
  void refusesVocabulariesWithoutRoomForEveryByte() {
    assertThatThrownBy(() -> SyntheticModel.builder(Architecture.LLAMA).vocabularySize(258).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vocabularySize must be at least 259: vocabularySize=258");
  }
}
