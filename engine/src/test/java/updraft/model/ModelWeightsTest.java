package updraft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ModelWeightsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void findsEveryRole(Architecture architecture) throws IOException {
    Path path =
        TinyModels.builder(architecture, QuantType.Q4_0)
            .embeddings(QuantType.Q8_0)
            .write(directory.resolve("model.gguf"));
    try (GgufFile file = GgufFile.open(path)) {
      ModelConfig config = ModelConfig.of(file);
      ModelWeights weights = ModelWeights.of(file, config);
      assertThat(weights.isTied()).isEqualTo(architecture == Architecture.LLAMA);
      assertThat(weights.tokenEmbedding().type()).isEqualTo(QuantType.Q8_0);
      assertThat(weights.layers()).hasSize(3);
      ModelWeights.Layer layer = weights.layers().get(2);
      assertThat(layer.attentionNorm()).isSameAs(file.tensor("blk.2.attn_norm.weight"));
      assertThat(layer.query()).isSameAs(file.tensor("blk.2.attn_q.weight"));
      assertThat(layer.key()).isSameAs(file.tensor("blk.2.attn_k.weight"));
      assertThat(layer.value()).isSameAs(file.tensor("blk.2.attn_v.weight"));
      assertThat(layer.attentionOutput()).isSameAs(file.tensor("blk.2.attn_output.weight"));
      assertThat(layer.feedForwardNorm()).isSameAs(file.tensor("blk.2.ffn_norm.weight"));
      assertThat(layer.gate()).isSameAs(file.tensor("blk.2.ffn_gate.weight"));
      assertThat(layer.up()).isSameAs(file.tensor("blk.2.ffn_up.weight"));
      assertThat(layer.down()).isSameAs(file.tensor("blk.2.ffn_down.weight"));
      assertThat(layer.queryBias() != null).isEqualTo(architecture == Architecture.QWEN2);
      assertThat(layer.keyNorm() != null).isEqualTo(architecture == Architecture.QWEN3);
      assertThat(layer.attentionOutputBias()).isNull();
    }
  }

  @Test
  void refusesMissingTensors() throws IOException {
    refuses(
        (writer, tensor) -> {
          if (!tensor.name().equals("blk.1.ffn_up.weight")) {
            writer.tensor(tensor);
          }
        },
        "tensor must be present: file=%s, tensor=blk.1.ffn_up.weight");
  }

  @Test
  void refusesOtherShapes() throws IOException {
    refuses(
        (writer, tensor) -> {
          if (tensor.name().equals("blk.0.attn_k.weight")) {
            writer.tensor(tensor.name(), QuantType.F32, 33, 96, (row, target) -> {});
          } else {
            writer.tensor(tensor);
          }
        },
        "tensor must have the shape that the metadata gives: file=%s, tensor=blk.0.attn_k.weight,"
            + " expected=32x96, found=33x96");
  }

  @Test
  void refusesTensorsThatWouldBeIgnored() throws IOException {
    refuses(
        (writer, tensor) -> {
          writer.tensor(tensor);
          if (tensor.name().equals("output_norm.weight")) {
            writer.tensor("blk.0.ffn_gate.bias", QuantType.F32, 1, 160, (row, target) -> {});
          }
        },
        "tensor must be one that llama has: file=%s, tensor=blk.0.ffn_gate.bias");
  }

  @Test
  void refusesNormsThatAreNotFinite() throws IOException {
    refuses(
        (writer, tensor) -> {
          if (tensor.name().equals("blk.2.ffn_norm.weight")) {
            writer.tensor(
                tensor.name(), QuantType.F32, 1, 96, (row, target) -> target[5] = Float.NaN);
          } else {
            writer.tensor(tensor);
          }
        },
        "tensor must be finite: file=%s, tensor=blk.2.ffn_norm.weight, index=5, value=NaN");
  }

  /** Copies the tiny llama model through a change and expects its weights to be refused. */
  private void refuses(BiConsumer<GgufWriter, GgufTensor> copy, String message) throws IOException {
    Path changed = directory.resolve("changed.gguf");
    try (GgufFile file = GgufFile.open(TinyModels.llama(directory))) {
      GgufWriter writer = new GgufWriter();
      file.tensors().forEach(tensor -> copy.accept(writer, tensor));
      writer.write(changed);
      ModelConfig config = ModelConfig.of(file);
      try (GgufFile damaged = GgufFile.open(changed)) {
        assertThatThrownBy(() -> ModelWeights.of(damaged, config))
            .isInstanceOf(GgufException.class)
            .hasMessage(message, changed);
      }
    }
  }
}
