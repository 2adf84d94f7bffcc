package updraft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.bench.BenchException;
import updraft.bench.BenchPrompt;
import updraft.bench.SpeculateBench;
import updraft.bench.SpeculationTable;
import updraft.cli.models.ModelException;

/** {@code updraft bench speculate}: what speculation gains, by kind of text. */
@Command(
    name = "speculate",
    description = "Answer prompts with and without speculation; the answers must be the same.")
final class BenchSpeculateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "JSON array of objects with category and prompt. Default: sixteen in four categories.")
  private @Nullable Path prompts;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens of an answer. Default: 128.")
  private int maxTokens = 128;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      description = "0 takes the likeliest token; else with a fixed seed. Default: 0.")
  private float temperature;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Passes over all prompts, each with new engines. Default: 3.")
  private int repetitions = 3;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  @Mixin private final EngineFlags flags = new EngineFlags();

  BenchSpeculateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    try {
      List<BenchPrompt> asked =
          prompts == null ? BenchPrompt.standard() : BenchPrompt.read(prompts);
      SpeculationTable table =
          new SpeculateBench(
                  flags.options(model.file(terminal), 0, terminal).build(),
                  asked,
                  maxTokens,
                  temperature)
              .run(repetitions);
      if (json) {
        Json.print(terminal, table);
      } else {
        print(table);
      }
      return 0;
    } catch (BenchException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }

  private void print(SpeculationTable table) {
    terminal
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%-14s %-6s %6s %7s %8s %9s %10s %7s",
                "category",
                "method",
                "τ",
                "accept",
                "tok/s",
                "speed-up",
                "predicted",
                "draft"));
    table.lines().forEach(this::print);
    terminal.out().println("answers were the same with every method");
  }

  private void print(SpeculationTable.Line line) {
    terminal
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%-14s %-6s %6.2f %6.0f%% %8.1f %8.2f× %9.2f× %6.1f%%",
                OneLine.of(line.category()),
                line.method(),
                line.acceptLength(),
                100 * line.acceptRate(),
                line.tokensPerSecond(),
                line.speedup(),
                line.predictedSpeedup(),
                100 * line.draftShare()));
  }
}
