package updraft.exactness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationOptions;
import updraft.sample.grammar.JsonSchemaGrammar;

/** Answers bound to a grammar on real kernels: the same with and without drafts. */
class GrammarExactnessTest {
  private static final String GRAMMAR =
      JsonSchemaGrammar.of(
          Map.of(
              "type",
              "array",
              "minItems",
              6,
              "maxItems",
              12,
              "items",
              Map.of("enum", List.of("alpha", "beta", 17, true))));

  @Test
  void draftsDoNotShow(@TempDir Path folder) {
    int accepted = 0;
    try (Engine engine =
        Engine.open(
            EngineOptions.builder(TinyModels.llama(folder)).threads(1).calibrate(false).build())) {
      int[] expectedText = engine.encode("[\"alpha\",\"beta\",17,true,\"alpha\",\"beta\"]", false);
      for (Cell.Sampling sampling : Cell.Sampling.values()) {
        for (int seed = 0; seed < 3; seed++) {
          int[] prompt = new SplittableRandom(seed).ints(20, 3, 450).toArray();
          List<GenerateResult> results = new ArrayList<>();
          for (SpeculationMethod method :
              new SpeculationMethod[] {
                SpeculationMethod.OFF, SpeculationMethod.NGRAM, SpeculationMethod.AUTO
              }) {
            results.add(
                engine.generate(
                    GenerateRequest.builder(prompt)
                        .maxTokens(120)
                        .grammar(GRAMMAR)
                        .prediction(expectedText)
                        .sampling(sampling.options)
                        .speculation(SpeculationOptions.of(method))
                        .build()));
          }
          List<Integer> plain = results.getFirst().choices().getFirst().tokens();
          assertThat(results)
              .allSatisfy(
                  result -> {
                    assertThat(result.choices().getFirst().tokens()).isEqualTo(plain);
                    assertThat(result.choices().getFirst().reason()).isEqualTo(FinishReason.STOP);
                  });
          assertThat(results.getFirst().choices().getFirst().text())
              .matches(
                  "\\[\\s*(\"alpha\"|\"beta\"|17|true)(,\\s*(\"alpha\"|\"beta\"|17|true)){5,11}\\s*]");
          accepted += results.get(1).speculation().accepted();
        }
      }
    }
    assertThat(accepted).isPositive();
  }
}
