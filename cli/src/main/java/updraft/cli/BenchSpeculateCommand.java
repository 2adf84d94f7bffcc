package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.bench.BenchException;
import updraft.bench.BenchMethod;
import updraft.bench.BenchPrompt;
import updraft.bench.SpeculateBench;
import updraft.bench.SpeculationReport;
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
          "JSON array of objects with category, prompt and perhaps text. Default: seventy in seven"
              + " categories.")
  private @Nullable Path prompts;

  @Option(
      names = "--per-category",
      paramLabel = "N",
      description = "Take the first N prompts of each category. Default: all.")
  private int perCategory = Integer.MAX_VALUE;

  @Option(
      names = "--methods",
      paramLabel = "NAME",
      split = ",",
      description =
          "As --speculate takes them; METHOD-STEPS-CHILDREN-TOKENS for fixed trees as SGLang counts"
              + " them, -plain at the end for drafts without the target's noise. Default: all that"
              + " the model has drafters for, with eagle-5-4-8 and eagle-3-1-4.")
  private @Nullable List<String> methods;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Most tokens of an answer. Default: 64.")
  private int maxTokens = 64;

  @Option(
      names = "--temperature",
      paramLabel = "T",
      split = ",",
      description = "0 takes the likeliest token; else with a fixed seed. Default: 0,0.7,1.")
  private List<Float> temperatures = List.of(0f, 0.7f, 1f);

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Passes over all prompts, each with new engines. Default: 1.")
  private int repetitions = 1;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write a report with plots that needs no other file.")
  private @Nullable Path html;

  @Option(
      names = "--svg",
      paramLabel = "FILE",
      description = "Write the plot of speed-ups at the first temperature.")
  private @Nullable Path svg;

  @Mixin private final EngineFlags flags = new EngineFlags();

  BenchSpeculateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    try {
      List<BenchPrompt> asked =
          prompts == null ? BenchPrompt.standard() : BenchPrompt.read(prompts);
      Path file = model.file(terminal);
      SpeculationTable table =
          new SpeculateBench(
                  () -> flags.options(file, 0, terminal),
                  flags.namesDraftModel() || model.given()
                      ? null
                      : file.resolveSibling("java-draft.gguf"),
                  methods == null ? null : methods.stream().map(BenchMethod::of).toList(),
                  BenchPrompt.first(perCategory, asked),
                  maxTokens)
              .run(temperatures, repetitions);
      if (html != null) {
        Files.writeString(html, SpeculationReport.html(table));
      }
      if (svg != null) {
        Files.writeString(svg, SpeculationReport.svg(table));
      }
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
                "%-4s %-15s %-12s %6s %7s %8s %9s %10s %7s %7s  %s",
                "T",
                "category",
                "method",
                "τ",
                "accept",
                "tok/s",
                "speed-up",
                "predicted",
                "draft",
                "wasted",
                "by position"));
    table.lines().forEach(this::print);
    terminal.out().println("answers were the same with every method");
  }

  private void print(SpeculationTable.Line line) {
    terminal
        .out()
        .println(
            String.format(
                Locale.ROOT,
                "%-4s %-15s %-12s %6.2f %6.0f%% %8.1f %8.2f× %9.2f× %6.1f%% %6.0f%%  %s",
                line.temperature(),
                OneLine.of(line.category()),
                line.method(),
                line.acceptLength(),
                100 * line.acceptRate(),
                line.tokensPerSecond(),
                line.speedup(),
                line.predictedSpeedup(),
                100 * line.draftShare(),
                100 * line.wastedCompute(),
                line.acceptanceByPosition().stream()
                    .limit(6)
                    .map(share -> String.format(Locale.ROOT, "%.2f", share))
                    .collect(Collectors.joining(" "))));
  }
}
