package updraft.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.bench.BenchException;
import updraft.bench.CompareBench;
import updraft.cli.models.ModelException;

/** {@code updraft bench compare}: the same work by llama.cpp, in turns with ours. */
@Command(name = "compare", description = "Time the same work here and in llama.cpp, in turns.")
final class BenchCompareCommand implements Callable<Integer> {
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

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  @Mixin private final ComputeFlags compute = new ComputeFlags();

  BenchCompareCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ModelException, CommandException, InterruptedException {
    try {
      CompareBench.Result result =
          CompareBench.run(compute.options(model.file(terminal)).build(), python, rounds);
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

  private void print(CompareBench.Result result) {
    terminal.out().println(OneLine.of(result.cpu() + "; " + result.backend()));
    terminal
        .out()
        .println(
            String.format(
                Locale.ROOT, "%-20s %10s %10s %7s", "work", "updraft", "llama.cpp", "ratio"));
    for (CompareBench.Line line : result.lines()) {
      terminal
          .out()
          .println(
              String.format(
                  Locale.ROOT,
                  "%-20s %10.3f %10.3f %6.2f×",
                  line.work(),
                  line.oursMs(),
                  line.peerMs(),
                  line.ratio()));
    }
  }
}
