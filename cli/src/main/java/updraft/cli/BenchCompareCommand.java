package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.bench.BenchException;
import updraft.bench.BenchModel;
import updraft.bench.CompareBench;
import updraft.bench.CompareBench.Part;
import updraft.cli.models.ModelException;
import updraft.engine.EngineOptions;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;

/** {@code updraft bench compare}: the same work by llama.cpp, in turns with ours. */
@Command(name = "compare", description = "Time the same work here and in llama.cpp, in turns.")
final class BenchCompareCommand implements Callable<Integer> {
  private static final int MOST_CONTEXT = 4096;

  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--python",
      paramLabel = "COMMAND",
      description = "A Python that has llama-cpp-python. Default: python3.")
  private String python = "python3";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Turns of each; their median counts. Default: 5.")
  private int rounds = 5;

  @Option(
      names = "--parts",
      split = ",",
      paramLabel = "PART",
      description = "What to measure: steps, few (of them), answers, start. Default: all but few.")
  private List<String> parts = List.of("steps", "answers", "start");

  @Option(
      names = "--as",
      paramLabel = "TYPE",
      description = "Take the model's matrices as q8_0 or q4_0: makes such a file once.")
  private @Nullable String type;

  @Option(
      names = "--random",
      paramLabel = "SHAPES",
      description = "Instead of a model, random weights in the shapes of llama-1b; with --as.")
  private @Nullable String random;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  @Mixin private final ComputeFlags compute = new ComputeFlags();

  BenchCompareCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ModelException, CommandException, InterruptedException, IOException {
    try {
      Path file = random == null ? model.file(terminal) : null;
      Path kept = terminal.models().folder().resolveSibling("bench");
      Path measured = BenchModel.file(kept, file, random, type);
      // keys and values for what is measured, not for contexts that are not
      int context = Math.min(MOST_CONTEXT, contextLength(measured));
      EngineOptions options =
          compute.options(measured).contextLength(context).keyValueTokens(2 * context).build();
      CompareBench.Result result = CompareBench.run(options, python, rounds, chosen(), launcher());
      if (json) {
        Json.print(terminal, result);
      } else {
        print(result);
      }
      return 0;
    } catch (BenchException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
  }

  private static int contextLength(Path file) {
    try (GgufFile gguf = GgufFile.open(file)) {
      return ModelConfig.of(gguf).contextLength();
    }
  }

  /** In a clone or in a distribution; null when this was not launched by it. */
  private @Nullable Path launcher() {
    String home = terminal.environment().get("UPDRAFT_HOME");
    if (home == null) {
      return null;
    }
    Path clones = Path.of(home, "updraft");
    return Files.isRegularFile(clones) ? clones : Path.of(home, "bin", "updraft");
  }

  private Set<Part> chosen() {
    Set<Part> chosen = EnumSet.noneOf(Part.class);
    for (String part : parts) {
      try {
        chosen.add(Part.valueOf(part.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "--parts must be of steps, few, answers, start: --parts=" + String.join(",", parts));
      }
    }
    return chosen;
  }

  private void print(CompareBench.Result result) {
    line("%s", OneLine.of(result.cpu() + " (" + result.features() + "); " + result.backend()));
    if (result.probe() != null) {
      line(
          "limits of %d threads: reads %.1f GB/s, multiplies %.0f G bytes/s",
          result.threads(), result.probe().gigabytes(), result.probe().gigaproducts());
    }
    line("%-32s %26s %26s %7s", "work", "updraft", "llama.cpp", "ratio");
    for (CompareBench.Line work : result.lines()) {
      line(
          "%-32s %9.2f (%5.0f–%5.0f) %s %9.2f (%5.0f–%5.0f) %s %6.2f×",
          work.work(),
          work.ours().median(),
          work.ours().low(),
          work.ours().high(),
          work.unit(),
          work.peer().median(),
          work.peer().low(),
          work.peer().high(),
          work.unit(),
          work.ratio());
    }
  }

  private void line(String format, Object... values) {
    terminal.out().println(String.format(Locale.ROOT, format, values));
  }
}
