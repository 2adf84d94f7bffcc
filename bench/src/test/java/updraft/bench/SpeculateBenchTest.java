package updraft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.request.FinishReason;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.GenerateResult.Timings;
import updraft.request.SpeculationMethod;
import updraft.request.SpeculationStats;

class SpeculateBenchTest {
  private static final BenchPrompt PROMPT = new BenchPrompt("copy", "a rat a rat a rat a rat");

  @TempDir Path folder;

  @Test
  void answersEveryPromptWithEveryMethod() throws BenchException {
    EngineOptions options =
        EngineOptions.builder(TinyModels.llama(folder)).threads(1).contextLength(256).build();
    List<BenchPrompt> prompts = List.of(PROMPT, new BenchPrompt("prose", "tea"));

    SpeculationTable table = new SpeculateBench(options, prompts, 16, 0).run(2);

    assertThat(table.lines()).hasSize(9).allMatch(line -> line.tokensPerSecond() > 0);
    assertThat(table.lines().get(0).drafted()).isZero();
    assertThat(table.lines().get(6).prompts()).isEqualTo(2);
    assertThat(table.lines().get(7).rounds())
        .isEqualTo(table.lines().get(1).rounds() + table.lines().get(4).rounds());
  }

  @Test
  void refusesAnswersThatDiffer() {
    Map<SpeculationMethod, GenerateResult> results = new LinkedHashMap<>();
    results.put(SpeculationMethod.OFF, result(List.of(1, 2, 3), 9, 3, 0, 0));
    results.put(SpeculationMethod.NGRAM, result(List.of(1, 2, 4), 9, 3, 0, 0));

    assertThatThrownBy(() -> SpeculateBench.requireEqualAnswers(PROMPT, results))
        .isInstanceOf(BenchException.class)
        .hasMessage(
            "answers must be the same with every method: method=ngram, first different token=2,"
                + " prompt="
                + PROMPT.prompt());
  }

  @Test
  void comparesMedianDecodeTimesOfTheSamePrompt() {
    BenchPrompt other = new BenchPrompt("copy", "other");
    List<Integer> answer = List.of(1, 2, 3, 4, 5);
    SpeculationTable table =
        SpeculationTable.of(
            List.of(
                run(PROMPT, SpeculationMethod.OFF, result(answer, 400, 4, 0, 0)),
                run(PROMPT, SpeculationMethod.OFF, result(answer, 420, 4, 0, 0)),
                run(PROMPT, SpeculationMethod.OFF, result(answer, 9000, 4, 0, 0)),
                run(other, SpeculationMethod.OFF, result(answer, 600, 4, 0, 0)),
                run(PROMPT, SpeculationMethod.NGRAM, result(answer, 210, 2, 4, 2)),
                run(other, SpeculationMethod.NGRAM, result(answer, 150, 1, 4, 3))));

    SpeculationTable.Line ngram = table.lines().get(1);
    assertThat(ngram.method()).isEqualTo("ngram");
    assertThat(ngram.speedup()).isEqualTo((420 / 210.0 + 600 / 150.0) / 2);
    assertThat(ngram.acceptLength()).isEqualTo(1 + 5 / 3.0);
    assertThat(ngram.acceptRate()).isEqualTo(5 / 8.0);
    assertThat(ngram.tokensPerSecond()).isEqualTo(8 / (360 * 1e-9));
    assertThat(ngram.draftShare()).isEqualTo(0.25);
    assertThat(ngram.wastedCompute()).isEqualTo(3 / 11.0);
  }

  @Test
  void standardPromptsAreFourACategory() {
    assertThat(BenchPrompt.standard()).hasSize(16);
    assertThat(BenchPrompt.standard())
        .extracting(BenchPrompt::category)
        .containsOnly("code-edit", "extract", "quote-summary", "prose");
  }

  private static MethodRun run(
      BenchPrompt prompt, SpeculationMethod method, GenerateResult result) {
    return MethodRun.of(prompt, method, result);
  }

  private static GenerateResult result(
      List<Integer> tokens, long decodeNanos, int rounds, int drafted, int accepted) {
    return new GenerateResult(
        "id",
        3,
        0,
        List.of(new Choice(tokens, tokens.toString(), FinishReason.LENGTH, null, null)),
        new Timings(0, 1, 1, decodeNanos),
        new SpeculationStats("any", rounds, drafted, accepted, List.of(), 1, 3, 1));
  }
}
