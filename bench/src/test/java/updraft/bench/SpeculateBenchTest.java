package updraft.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.request.FinishReason;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.GenerateResult.Timings;
import updraft.request.SpeculationStats;

class SpeculateBenchTest {
  private static final BenchPrompt PROMPT = new BenchPrompt("copy", "a rat a rat a rat a rat");

  @TempDir Path folder;

  @Test
  void answersEveryPromptWithEveryMethod() throws BenchException {
    Path model = TinyModels.llama(folder);
    List<BenchPrompt> prompts = List.of(PROMPT, new BenchPrompt("prose", "tea"));

    SpeculationTable table =
        new SpeculateBench(
                () -> EngineOptions.builder(model).threads(1).contextLength(256),
                null,
                null,
                prompts,
                16)
            .run(List.of(0f, 1f), 2);

    assertThat(table.lines()).hasSize(18).allMatch(line -> line.tokensPerSecond() > 0);
    assertThat(table.lines().get(0).drafted()).isZero();
    assertThat(table.lines().get(6).prompts()).isEqualTo(2);
    assertThat(table.lines().get(7).rounds())
        .isEqualTo(table.lines().get(1).rounds() + table.lines().get(4).rounds());
  }

  @Test
  void refusesAnswersThatDiffer() {
    Map<String, GenerateResult> results = new LinkedHashMap<>();
    results.put("off", result(List.of(1, 2, 3), 9, 3, 0, 0));
    results.put("ngram", result(List.of(1, 2, 4), 9, 3, 0, 0));

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
            "model",
            List.of(
                run(PROMPT, "off", result(answer, 400, 4, 0, 0)),
                run(PROMPT, "off", result(answer, 420, 4, 0, 0)),
                run(PROMPT, "off", result(answer, 9000, 4, 0, 0)),
                run(other, "off", result(answer, 600, 4, 0, 0)),
                run(PROMPT, "ngram", result(answer, 210, 2, 4, 2)),
                run(other, "ngram", result(answer, 150, 1, 4, 3))));

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
  void standardPromptsAreTenACategory() {
    Map<String, Long> counts =
        BenchPrompt.standard().stream()
            .collect(Collectors.groupingBy(BenchPrompt::category, Collectors.counting()));

    assertThat(counts)
        .containsOnlyKeys(
            "code-edit", "code-completion", "chat", "summary", "extraction", "translation", "maths")
        .allSatisfy((_, count) -> assertThat(count).isGreaterThanOrEqualTo(10));
    assertThat(BenchPrompt.standard()).doesNotHaveDuplicates();
  }

  @Test
  void acceptanceByPositionIsOfRoundsThatCameSoFar() {
    SpeculationStats stats = new SpeculationStats("any", 10, 40, 12, List.of(4, 3, 0, 3), 1, 3, 1);
    SpeculationTable table =
        SpeculationTable.of("model", List.of(new MethodRun(PROMPT, 0, "eagle", 22, 1000, stats)));

    assertThat(table.lines().getFirst().acceptanceByPosition())
        .containsExactly(6 / 10.0, 3 / 6.0, 3 / 3.0);
  }

  @Test
  void methodsAreNamedWithSglangsNumbers() {
    BenchMethod method = BenchMethod.of("eagle-5-4-8-plain");

    assertThat(method.coupled()).isFalse();
    assertThat(method.speculation().depth()).isEqualTo(5);
    assertThat(method.speculation().topk()).isEqualTo(4);
    assertThat(method.speculation().nodes()).isEqualTo(7);
    assertThatThrownBy(() -> BenchMethod.of("eagle-5-4"))
        .hasMessage("methods must be METHOD or METHOD-STEPS-CHILDREN-TOKENS: methods=eagle-5-4");
  }

  private static MethodRun run(BenchPrompt prompt, String method, GenerateResult result) {
    return MethodRun.of(prompt, 0, method, result);
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
