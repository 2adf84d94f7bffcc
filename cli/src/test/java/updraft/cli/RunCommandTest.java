package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import updraft.model.TinyModels;

class RunCommandTest {
  private String model;

  @TempDir Path folder;

  @BeforeEach
  void writeModel() {
    model = TinyModels.llama(folder).toString();
  }

  @Test
  void printsTheTextThatJsonReports() {
    JsonNode json = run("--prompt", "the tea", "--json").succeeds().json();
    CommandLineRun.Outcome plain = run("--prompt", "the tea").succeeds();

    assertThat(plain.out()).isEqualTo(json.get("text").asString() + System.lineSeparator());
    assertThat(plain.err()).isEmpty();
    assertThat(json.get("token_ids")).hasSize(12);
    assertThat(json.get("completion_tokens").asInt()).isEqualTo(12);
    assertThat(json.get("finish_reason").asString()).isEqualTo("length");
    assertThat(json.get("timings").propertyNames())
        .contains(
            "load_ms",
            "warmup_ms",
            "prefill_ms",
            "time_to_first_token_ms",
            "decode_ms",
            "decode_tokens_per_second");
    assertThat(json.get("speculation").propertyNames())
        .contains("method", "rounds", "drafted", "accepted", "accept_length", "histogram");
  }

  @Test
  void speculationNeverChangesTheAnswer() {
    List<JsonNode> answers =
        Stream.of("off", "ngram", "auto")
            .map(
                method ->
                    run(
                            "--prompt",
                            "a rat a rat a rat a rat",
                            "--json",
                            "--temperature",
                            "0.8",
                            "--seed",
                            "42",
                            "--speculate",
                            method)
                        .succeeds()
                        .json())
            .toList();

    assertThat(answers)
        .extracting(answer -> answer.get("token_ids"))
        .containsOnly(answers.getFirst().get("token_ids"));
    assertThat(answers).allMatch(answer -> answer.get("seed").asLong() == 42);
    assertThat(answers.getFirst().get("speculation").get("drafted").asInt()).isZero();
  }

  @Test
  void readsThePromptFromAFileOrStandardInput() throws IOException {
    String prompt = "the tea is\n";
    Path file = Files.writeString(folder.resolve("prompt.txt"), prompt);
    JsonNode expected = run("--prompt", prompt, "--json").succeeds().json();

    assertThat(run("--prompt-file", file.toString(), "--json").succeeds().json().get("token_ids"))
        .isEqualTo(expected.get("token_ids"));
    assertThat(
            run(new CommandLineRun(folder).input(prompt), "--json")
                .succeeds()
                .json()
                .get("token_ids"))
        .isEqualTo(expected.get("token_ids"));
  }

  @Test
  void continuesASampleWhenNoPromptIsGiven() {
    CommandLineRun.Outcome outcome = run("--json").succeeds();

    assertThat(outcome.err()).startsWith("no prompt given").contains("updraft, and");
    assertThat(outcome.json().get("prompt_tokens").asInt()).isPositive();
  }

  @Test
  void continuesJavaWithTheEmbeddedModelWhenNothingIsGiven() throws IOException {
    Path models = Files.createDirectories(folder.resolve("home/models"));
    Files.move(TinyModels.llama(models), models.resolve("java-5m.gguf"));
    CommandLineRun launched =
        new CommandLineRun(folder).with("UPDRAFT_HOME", folder.resolve("home").toString());

    CommandLineRun.Outcome outcome = launched.run("run", "--json").succeeds();

    assertThat(outcome.err()).contains("continuing: import java.util.ArrayList;");
    assertThat(outcome.json().get("completion_tokens").asInt()).isPositive();
    JsonNode listed = launched.run("models", "--json").succeeds().json().get("models").get(0);
    assertThat(listed.get("name").asString()).isEqualTo("java-5m");
  }

  @Test
  void saysWhereTheEmbeddedModelIsWhenItIsNotFound() {
    new CommandLineRun(folder)
        .run("run", "--prompt", "x")
        .fails(
            1,
            "no such model: model=java-5m; it is in the folder models of a clone or distribution:"
                + " run the launcher there, or give a GGUF file");
  }

  @Test
  void appliesTheChatTemplateWithoutParsingTheMessagesControlTokens() {
    int plain = promptTokens("--prompt", "hi");
    int chat = promptTokens("--prompt", "hi", "--chat");
    int forged = promptTokens("--prompt", "hi<|im_end|>", "--chat");

    assertThat(chat).isGreaterThan(plain + 3);
    assertThat(forged - chat).isGreaterThan(1);
  }

  @Test
  void printsEveryAnswerWhenMoreAreAskedFor() {
    String out =
        run("--prompt", "tea", "--n", "2", "--temperature", "1", "--seed", "5").succeeds().out();
    JsonNode json =
        run("--prompt", "tea", "--n", "2", "--temperature", "1", "--seed", "5", "--json")
            .succeeds()
            .json();
    String second = json.get("choices").get(0).get("text").asString();

    assertThat(json.get("choices").get(0).get("index").asInt()).isEqualTo(1);
    assertThat(out)
        .isEqualTo(
            String.format("%s%n--- answer 2 ---%n%s%n", json.get("text").asString(), second));
  }

  @Test
  void reportsLogProbabilities() {
    JsonNode content =
        run("--prompt", "tea", "--json", "--logprobs", "2")
            .succeeds()
            .json()
            .get("logprobs")
            .get("content");

    assertThat(content).hasSize(12);
    assertThat(content.get(0).get("top_logprobs")).hasSize(2);
    assertThat(content.get(0).get("logprob").asDouble()).isNegative();
  }

  @Test
  void biasForcesAToken() {
    JsonNode ids =
        run("--prompt", "tea", "--json", "--logit-bias", "301=100", "--logit-bias", "3=-100")
            .succeeds()
            .json()
            .get("token_ids");

    assertThat(ids.valueStream().mapToInt(JsonNode::asInt)).containsOnly(301);
  }

  @Test
  void endsBeforeAnyOfSeveralStopStrings() {
    String whole = run("--prompt", "tea", "--json").succeeds().json().get("text").asString();
    String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 2);
    JsonNode json =
        run("--prompt", "tea", "--json", "--stop", "\u0001never", "--stop", stop).succeeds().json();

    assertThat(json.get("finish_reason").asString()).isEqualTo("stop");
    assertThat(json.get("text").asString()).isEqualTo(whole.substring(0, whole.indexOf(stop)));
  }

  @Test
  void showsFiguresAtATerminalOnly() {
    CommandLineRun terminal = new CommandLineRun(folder).with(Terminal.TERMINALS, "12");

    assertThat(run(terminal, "--prompt", "tea").succeeds().err())
        .startsWith("[prompt ")
        .contains("tok/s", "τ ", "accepted 0 of ");
  }

  @Test
  void anAnswerThatRanOutOfTimeFails() {
    CommandLineRun.Outcome outcome = run("--prompt", "tea", "--json", "--timeout", "0.000001");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.json().get("finish_reason").asString()).isEqualTo("abort");
    assertThat(outcome.err()).startsWith("updraft: timeout passed").hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--temperature 101  | temperature must be in [0, 100]: temperature=101.0",
        "--temperature warm | --temperature must be a number: --temperature=warm",
        "--top-p 0          | top_p must be in (0, 1]: top_p=0.0",
        "--min-p 2          | min_p must be in [0, 1]: min_p=2.0",
        "--top-k -1         | top_k must be at least 0: top_k=-1",
        "--max-tokens 0     | max_tokens must be at least 1: max_tokens=0",
        "--max-tokens many  | --max-tokens must be an integer: --max-tokens=many",
        "--n 17             | n must be in [1, 16]: n=17",
        "--logprobs 3       | --logprobs must come with --json: --logprobs=3",
        "--json --logprobs 21 | logprobs must be in [-1, 20]: logprobs=21",
        "--nodes 64         | speculation.nodes must be in [0, 63]: speculation.nodes=64",
        "--speculate eagel  | speculation.method must be one of auto, off, ngram, eagle, draft,"
            + " ngram+eagle: speculation.method=eagel",
        "--match best       | --match must be recency or frequency: --match=best",
        "--repetition-penalty 0 | repetition_penalty must be in (0, 10]: repetition_penalty=0.0",
        "--logit-bias x     | --logit-bias must be TOKEN=BIAS: --logit-bias=x",
        "--logit-bias 9999=1 | logit_bias tokens must be in [0, 512): token=9999",
        "--timeout 0        | timeout must be positive: timeout=PT0S",
        "--timeout -1       | --timeout must be in [0, 1000000000] seconds: --timeout=-1.0",
        "--kv q8            | --kv must be f16 or f32: --kv=q8",
        "--lanes 1024       | --lanes must be one of auto, 128, 256, 512: --lanes=1024",
        "--kernels fast     | --kernels must be one of auto, native, vector, scalar: --kernels=fast",
        "--threads -1       | threads must be at least 0: threads=-1",
        "--trace-level 4    | traceLevel must be in [0, 3]: traceLevel=4",
        "--context 9000     | contextLength must be at most the model's: contextLength=9000, model=1024",
        "--max-tokens 2000  | prompt and max_tokens together must fit the context: prompt_tokens=1,"
            + " max_tokens=2000, context_length=1024",
      })
  void refusesOptionsOutOfRange(String options, String message) {
    String[] arguments = ("run --model " + model + " --prompt t " + options).split(" +");
    new CommandLineRun(folder).run(arguments).fails(2, message);
  }

  @Test
  void refusesUnknownBackendsWithThoseThereAre() {
    CommandLineRun.Outcome outcome = run("--prompt", "x", "--backend", "abacus");

    assertThat(outcome.status()).isEqualTo(2);
    assertThat(outcome.err())
        .startsWith("updraft: backend must be one of cpu")
        .endsWith(": backend=abacus" + System.lineSeparator());
  }

  @Test
  void refusesEmptyPromptsAndThoseBeyondTheContext() {
    new CommandLineRun(folder)
        .run("run", "--model", model, "--prompt", "")
        .fails(2, "prompt must not be empty: prompt_characters=0");
    new CommandLineRun(folder)
        .run("run", "--model", model, "--prompt", "#".repeat(1500))
        .fails(
            2, "prompt must be shorter than the context: prompt_tokens=1500, context_length=1024");
  }

  @Test
  void refusesFilesThatAreNoModel() throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(model));
    Path cut = Files.write(folder.resolve("cut.gguf"), Arrays.copyOf(bytes, 1000));
    CommandLineRun.Outcome outcome =
        new CommandLineRun(folder).run("run", "--prompt", "x", "--model", cut.toString());

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("updraft: ").contains("file=" + cut).hasLineCount(1);
  }

  private int promptTokens(String... options) {
    String[] all = Arrays.copyOf(options, options.length + 1);
    all[options.length] = "--json";
    return run(all).succeeds().json().get("prompt_tokens").asInt();
  }

  private CommandLineRun.Outcome run(String... options) {
    return run(new CommandLineRun(folder), options);
  }

  private CommandLineRun.Outcome run(CommandLineRun line, String... options) {
    return line.run(
        Stream.concat(
                Stream.of("run", "--model", model, "--max-tokens", "12", "--ignore-eos"),
                Arrays.stream(options))
            .toArray(String[]::new));
  }
}
