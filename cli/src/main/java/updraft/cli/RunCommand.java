package updraft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.cli.models.ModelException;
import updraft.engine.Engine;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateRequest.TraceRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.server.Answers;
import updraft.server.debug.DebugWire;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/** {@code updraft run}: continues a prompt, or answers it as a chat message. */
@Command(
    name = "run",
    description = "Continue a prompt.",
    footer = {
      "",
      "The text goes to standard output as it comes. The prompt is --prompt,",
      "--prompt-file or standard input; without any of them, a sample."
    })
final class RunCommand implements Callable<Integer> {
  private static final String SAMPLE =
      "The weather balloon rose through the clouds, caught an updraft, and";
  private static final String JAVA_SAMPLE =
      """
      import java.util.ArrayList;
      import java.util.List;

      /** A list of names. */
      public class Names {
          private final List<String> names = new ArrayList<>();

          public int size() {
              return""";

  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final PromptOptions prompt = new PromptOptions();

  @Option(
      names = "--chat",
      description = "Take the prompt as a user's message and apply the model's chat template.")
  private boolean chat;

  @Mixin private final GenerationOptions generation = new GenerationOptions();

  @Option(
      names = "--n",
      paramLabel = "N",
      description = "Answers to the same prompt, 1 to 16. Default: 1.")
  private int choices = 1;

  @Option(
      names = "--logprobs",
      paramLabel = "N",
      description = "With --json: log-probabilities of tokens and of N alternatives, 0 to 20.")
  private @Nullable Integer logprobs;

  @Option(
      names = "--record-rounds",
      description = "With --json: record every round, for `updraft explain`.")
  private boolean recordRounds;

  @Mixin private final EngineFlags flags = new EngineFlags();

  @Option(names = "--json", description = "Print one object: text, token ids, timings, drafting.")
  private boolean json;

  RunCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    if (logprobs != null && !json) {
      throw new IllegalArgumentException(
          "--logprobs must come with --json: --logprobs=" + logprobs);
    }
    if (recordRounds && !json) {
      throw new IllegalArgumentException("--record-rounds must come with --json");
    }
    generation.check();
    String text = prompt();
    Path file = chat ? model.chatFile(terminal) : model.file(terminal);
    try (OpenEngine open =
        OpenEngine.open(
            file,
            flags,
            terminal,
            // one request is over before calibrating has paid
            options -> options.maxSequences(Math.max(choices, 1)).calibrate(false))) {
      GenerateRequest request = request(open.engine(), text);
      GenerateResult result = answer(open.engine(), request);
      if (!json && (terminal.isTerminal(2) || terminal.verbose())) {
        terminal.say(Summary.of(result));
      }
      return status(result);
    }
  }

  private String prompt() throws IOException {
    String text = prompt.read(terminal);
    if (text == null) {
      String sample = model.given() || chat ? SAMPLE : JAVA_SAMPLE;
      terminal.say(
          "no prompt given (--prompt, --prompt-file, standard input), continuing: " + sample);
      return sample;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("prompt must not be empty: prompt_characters=0");
    }
    return text;
  }

  private GenerateRequest request(Engine engine, String text) {
    long start = System.nanoTime();
    int[] tokens =
        chat
            ? new ChatPrompt(engine.chatTemplate(), engine.tokenizer())
                .encode(List.of(ChatMessage.user(text)))
            : engine.encode(text, false);
    long nanos = System.nanoTime() - start;
    return generation
        .request(engine, tokens, chat ? "chat" : "text_completion", nanos)
        .trace(
            new TraceRequest(
                null, Map.of(), chat ? "chat" : "text_completion", nanos, recordRounds))
        .choices(choices)
        .logprobs(logprobs == null ? -1 : logprobs)
        .build();
  }

  private GenerateResult answer(Engine engine, GenerateRequest request)
      throws InterruptedException {
    AnswerStream answer = new AnswerStream(engine, request, terminal);
    if (json) {
      GenerateResult result = answer.await();
      Json.print(terminal, Answers.generated(engine, request, result), recorded(engine, request));
      return result;
    }
    GenerateResult result = answer.print();
    terminal.out().println();
    for (int i = 1; i < result.choices().size(); i++) {
      terminal.out().println("--- answer " + (i + 1) + " ---");
      terminal.out().println(result.choices().get(i).text());
    }
    return result;
  }

  /** What is to be told beside the answer. */
  private Map<String, Object> recorded(Engine engine, GenerateRequest request) {
    return recordRounds
        ? engine
            .requests()
            .find(request.id())
            .map(
                found ->
                    Map.<String, Object>of(
                        "debug", DebugWire.Recorded.of(found, engine.tokenizer())))
            .orElse(Map.of())
        : Map.of();
  }

  /** An answer cut short is a failure, unless its reader had enough and went away. */
  private int status(GenerateResult result) {
    for (Choice choice : result.choices()) {
      boolean failed =
          choice.reason() == FinishReason.ERROR || choice.reason() == FinishReason.ABORT;
      if (failed && !terminal.out().checkError()) {
        String error = choice.error();
        return terminal.fail(new CommandException(error == null ? "the request failed" : error));
      }
    }
    return 0;
  }
}
