package updraft.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.Architecture;
import updraft.model.QuantType;
import updraft.model.TinyModels;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult.Choice;
import updraft.request.SamplingOptions;
import updraft.schedule.Generation;

/**
 * NaNs among the weights of a real model fail the requests that meet them, by name of the layer.
 */
class DamagedModelTest {
  private static final int BAD = 77;

  /** Never takes the token whose embedding is damaged. */
  private static final SamplingOptions AROUND =
      SamplingOptions.builder().logitBias(Map.of(BAD, -100f)).build();

  @TempDir private Path directory;

  @Test
  void refusesNanWeights() {
    Path llama = TinyModels.llama(directory);
    assertThatThrownBy(() -> open(DamagedModel.with(Float.NaN, "output_norm.weight", 0, llama)))
        .hasMessageStartingWith("tensor must be finite: file=")
        .hasMessageEndingWith("tensor=output_norm.weight, index=0, value=NaN");
    assertThatThrownBy(() -> open(DamagedModel.withNanScale("blk.2.ffn_up.weight", 5, llama)))
        .hasMessageContaining("must be finite")
        .hasMessageEndingWith("tensor=blk.2.ffn_up.weight, row=5");
  }

  @ParameterizedTest
  @CsvSource({"blk.1.attn_norm.weight, layer 1", "blk.1.ffn_norm.weight, layer 2"})
  void saysWhereTheNumbersWentWrongAndGoesOn(String tensor, String where) {
    Path model = DamagedModel.with(3e38f, tensor, 0, TinyModels.llama(directory));
    try (Engine engine = open(model)) {
      for (int i = 0; i < 3; i++) {
        Choice choice = engine.generate(request(4, 5, 6 + i)).choices().getFirst();
        assertThat(choice.reason()).isEqualTo(FinishReason.ERROR);
        assertThat(choice.error()).contains("must be finite").contains(where).hasLineCount(1);
        assertThat(choice.tokens()).isEmpty();
      }
    }
  }

  @Test
  void whoDoesNotMeetTheDamageIsServedExactly() throws IOException {
    Path healthy = directory.resolve("healthy.gguf");
    TinyModels.builder(Architecture.QWEN3, QuantType.Q8_0) // whose output is not the embedding
        .embeddings(QuantType.F32)
        .write(healthy);
    List<List<Integer>> expected = new ArrayList<>();
    try (Engine engine = open(healthy)) {
      for (int i = 0; i < 6; i++) {
        expected.add(engine.generate(request(prompt(i))).choices().getFirst().tokens());
      }
    }
    Path damaged = DamagedModel.with(3e38f, "token_embd.weight", BAD, healthy);
    try (Engine engine = open(damaged)) {
      for (int round = 0; round < 3; round++) { // pages that held NaNs are used again
        List<Generation> good = new ArrayList<>();
        List<Generation> bad = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          bad.add(engine.submit(request(9, i, round, BAD, 3), event -> {}));
          good.add(engine.submit(request(prompt(i)), event -> {}));
        }
        for (int i = 0; i < 6; i++) {
          Choice failed = bad.get(i).result().join().choices().getFirst();
          assertThat(failed.reason()).isEqualTo(FinishReason.ERROR);
          assertThat(failed.error()).contains("must be finite").contains("layer 0");
          assertThat(good.get(i).result().join().choices().getFirst().tokens())
              .isEqualTo(expected.get(i));
        }
      }
    }
  }

  /** Few pages, so that they are used by one request after another. */
  private static Engine open(Path model) {
    return Engine.open(
        EngineOptions.builder(model)
            .threads(1)
            .maxSequences(12)
            .keyValueTokens(24 * 16)
            .prefixCache(false)
            .calibrate(false)
            .build());
  }

  private static int[] prompt(int i) {
    return IntStream.range(0, 5 + 4 * i).map(j -> (j * j + 31 * i) % 70 + 3).toArray();
  }

  private static GenerateRequest request(int... prompt) {
    return GenerateRequest.builder(prompt).maxTokens(20).ignoreEos(true).sampling(AROUND).build();
  }
}
