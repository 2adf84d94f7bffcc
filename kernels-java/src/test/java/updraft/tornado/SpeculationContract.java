package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.QuantType;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.NgramMatch;
import updraft.request.SamplingOptions;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;

/** Requests from prompt to answer: drafted, verified where the logits are, the same tokens. */
abstract class SpeculationContract {
  private static final int TOKENS = 12;

  private static final SamplingOptions SAMPLED =
      SamplingOptions.builder().temperature(0.3f).seed(77).build();

  /** Needs the logits: what is kept of them depends on more than a row. */
  private static final SamplingOptions PENALISED =
      SamplingOptions.builder().temperature(0.3f).repetitionPenalty(1.1f).seed(77).build();

  @TempDir private static Path directory;

  abstract String backend();

  /**
   * Where plain answers come from: the CPU where its bits are close enough for a model of random
   * weights, else the device itself.
   */
  abstract String plainBackend();

  @Test
  void speculatedAnswersAreThoseOfPlainDecoding() {
    int[] prompt = IntStream.range(0, 24).map(i -> 40 + i % 6).toArray();
    boolean same = plainBackend().equals(backend());
    try (Engine device = engine(backend());
        Engine other = same ? device : engine(plainBackend())) {
      for (SamplingOptions sampling :
          new SamplingOptions[] {SamplingOptions.GREEDY, SAMPLED, PENALISED}) {
        GenerateResult plain =
            answer(other, prompt, SpeculationOptions.of(SpeculationMethod.OFF), sampling);
        GenerateResult speculated =
            answer(device, prompt, SpeculationOptions.of(SpeculationMethod.NGRAM), sampling);
        assertThat(speculated.choices().getFirst().error()).isNull();
        assertThat(speculated.choices().getFirst().tokens())
            .hasSize(TOKENS)
            .isEqualTo(plain.choices().getFirst().tokens());
        assertThat(speculated.speculation().drafted()).isPositive();
      }
    }
  }

  /** Beside a device they run on the host, a head on what the device computed. */
  @Test
  void headsAndDraftModelsChangeNothing() {
    Path target = TinyModels.forgetful(directory);
    Path head =
        new SyntheticHead(target).type(QuantType.Q8_0).write(directory.resolve("head.gguf"));
    int[] prompt = IntStream.range(0, 19).map(i -> 40 + 7 * i).toArray();
    for (SpeculationMethod method : List.of(SpeculationMethod.EAGLE, SpeculationMethod.DRAFT)) {
      Path drafter = method == SpeculationMethod.EAGLE ? head : target;
      SpeculationOptions options = new SpeculationOptions(method, 7, 4, 3, NgramMatch.RECENCY);
      try (Engine device = engine(backend(), target, drafter)) {
        for (SamplingOptions sampling : List.of(SamplingOptions.GREEDY, SAMPLED)) {
          GenerateResult plain =
              answer(device, prompt, SpeculationOptions.of(SpeculationMethod.OFF), sampling);
          GenerateResult speculated = answer(device, prompt, options, sampling);
          assertThat(speculated.choices().getFirst().error()).isNull();
          assertThat(speculated.choices().getFirst().tokens())
              .hasSize(TOKENS)
              .isEqualTo(plain.choices().getFirst().tokens());
          assertThat(speculated.speculation().accepted()).isPositive();
        }
      }
    }
  }

  private static Engine engine(String backend) {
    return engine(backend, TinyModels.llama(directory), null);
  }

  private static Engine engine(String backend, Path model, @Nullable Path drafter) {
    return Engine.open(
        EngineOptions.builder(model)
            .draftModel(drafter)
            .backend(backend)
            .threads(1)
            .lanes(Lanes.SCALAR)
            .contextLength(128)
            .keyValueTokens(256)
            .keyValueType(KeyValueType.F32)
            .prefillChunk(32)
            .maxSequences(1)
            .calibrate(false)
            .build());
  }

  private static GenerateResult answer(
      Engine engine, int[] prompt, SpeculationOptions speculation, SamplingOptions sampling) {
    return engine.generate(
        GenerateRequest.builder(prompt)
            .maxTokens(TOKENS)
            .ignoreEos(true)
            .sampling(sampling)
            .speculation(speculation)
            .build());
  }
}
