package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/** A request from prompt to answer on the simulator. */
class SpeculationTest {
  private static final int TOKENS = 12;

  @TempDir private static Path directory;

  @Test
  void speculatedAnswersAreThoseOfTheCpuBackend() {
    int[] prompt = IntStream.range(0, 24).map(i -> 40 + i % 6).toArray();
    GenerateResult plain = answer("cpu", prompt, SpeculationMethod.OFF);
    GenerateResult speculated = answer("tornado-sim", prompt, SpeculationMethod.NGRAM);
    assertThat(speculated.choices().getFirst().error()).isNull();
    assertThat(speculated.choices().getFirst().tokens())
        .hasSize(TOKENS)
        .isEqualTo(plain.choices().getFirst().tokens());
    assertThat(speculated.speculation().drafted()).isPositive();
  }

  private static GenerateResult answer(String backend, int[] prompt, SpeculationMethod method) {
    EngineOptions options =
        EngineOptions.builder(TinyModels.llama(directory))
            .backend(backend)
            .threads(1)
            .lanes(Lanes.SCALAR)
            .contextLength(128)
            .keyValueTokens(256)
            .keyValueType(KeyValueType.F32)
            .prefillChunk(32)
            .maxSequences(1)
            .calibrate(false)
            .build();
    try (Engine engine = Engine.open(options)) {
      return engine.generate(
          GenerateRequest.builder(prompt)
              .maxTokens(TOKENS)
              .ignoreEos(true)
              .speculation(SpeculationOptions.of(method))
              .build());
    }
  }
}
