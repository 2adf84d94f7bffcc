package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import updraft.model.TinyModels;

class BenchCommandTest {
  private String model;

  @TempDir Path folder;

  @BeforeEach
  void writeModel() {
    model = TinyModels.llama(folder).toString();
  }

  @Test
  void verifyPrintsMillisecondsByRows() {
    JsonNode json =
        run("bench verify --rows 1,4 --context 32 --repetitions 3 --json").succeeds().json();

    assertThat(json.get("rows").propertyNames()).containsExactly("1", "4");
    assertThat(json.get("rows")).allMatch(ms -> ms.asDouble() > 0);
    assertThat(json.get("context").asInt()).isEqualTo(32);
    assertThat(json.get("prefill_tokens").asInt()).isEqualTo(512);
    assertThat(json.get("prefill_ms").asDouble()).isPositive();
    assertThat(json.get("decode_ms_per_token").asDouble()).isPositive();
  }

  @Test
  void tracingPrintsALineAWayToTrace() {
    JsonNode table =
        run("bench tracing --rounds 1 --seconds 0.1 --max-tokens 32 --json").succeeds().json();

    assertThat(table.get("rounds").asInt()).isEqualTo(1);
    assertThat(table.get("lines"))
        .extracting(line -> line.get("arm").asString())
        .containsExactly("off", "level_2", "level_3", "sampled_out");
    assertThat(table.get("lines"))
        .allSatisfy(line -> assertThat(line.get("tokens_per_second").asDouble()).isPositive());
    assertThat(table.at("/lines/0/loss").asDouble()).isZero();
    assertThat(table.at("/lines/1/bytes_per_token").asDouble())
        .isGreaterThan(table.at("/lines/0/bytes_per_token").asDouble());
  }

  @Test
  void speculatePrintsALineACategoryAndMethod() throws IOException {
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.json"),
            """
            [{"category": "one", "prompt": "a rat a rat a rat"},
             {"category": "two", "prompt": "tea"}]
            """);
    String options =
        "bench speculate --prompts " + prompts + " --max-tokens 12 --repetitions 1 --temperature 1";
    JsonNode lines = run(options + " --json").succeeds().json().get("lines");

    assertThat(lines)
        .extracting(line -> line.get("category").asString() + " " + line.get("method").asString())
        .containsExactly(
            "one off",
            "one ngram",
            "one auto",
            "two off",
            "two ngram",
            "two auto",
            "all off",
            "all ngram",
            "all auto");
    assertThat(lines.get(0).get("speedup").asDouble()).isEqualTo(1);
    assertThat(run(options).succeeds().out())
        .contains("speed-up")
        .endsWith("answers were the same with every method" + System.lineSeparator());
  }

  @Test
  void speculateRefusesPromptsOfAnotherForm() throws IOException {
    Path prompts = Files.writeString(folder.resolve("prompts.json"), "[]");

    run("bench speculate --prompts " + prompts)
        .fails(1, "prompts must not be empty: file=" + prompts);
  }

  @Test
  void compareSaysWhenThePeerDoesNotStart() {
    CommandLineRun.Outcome outcome = run("bench compare --python no-such-python");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err())
        .startsWith("updraft: python must start: python=no-such-python")
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "verify --rows 0          | rows must be in [1, 64]: rows=0",
        "verify --context -1      | context must be at least 0: context=-1",
        "verify --repetitions 0   | repetitions must be at least 1: repetitions=0",
        "verify --context 1000    | tokens of a measurement must fit the model's context:"
            + " tokens=1064, context_length=1024",
        "speculate --max-tokens 1 | max_tokens must be at least 2: max_tokens=1",
        "speculate --repetitions 0 | repetitions must be at least 1: repetitions=0",
      })
  void refusesOptionsOutOfRange(String options, String message) {
    run("bench " + options).fails(2, message);
  }

  private CommandLineRun.Outcome run(String line) {
    return new CommandLineRun(folder).run((line + " --model " + model).split(" +"));
  }
}
