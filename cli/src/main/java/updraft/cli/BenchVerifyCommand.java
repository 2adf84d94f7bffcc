package updraft.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.bench.VerifyBench;
import updraft.cli.models.ModelException;

/** {@code updraft bench verify}: what a step costs by the number of its rows. */
@Command(name = "verify", description = "Time a step of the model by the number of its rows.")
final class BenchVerifyCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "N",
      description = "Numbers of rows, each from 1 to 64. Default: 1,2,4,8,16.")
  private List<Integer> rows = List.of(1, 2, 4, 8, 16);

  @Option(
      names = "--context",
      paramLabel = "N",
      description = "Tokens before the first row. Default: 256.")
  private int context = 256;

  @Option(
      names = "--repetitions",
      paramLabel = "N",
      description = "Timed steps a number of rows; their median counts. Default: 20.")
  private int repetitions = 20;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  @Mixin private final ComputeFlags compute = new ComputeFlags();

  BenchVerifyCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ModelException, InterruptedException {
    VerifyBench.Result result =
        VerifyBench.run(compute.options(model.file(terminal)).build(), rows, context, repetitions);
    if (json) {
      Json.print(terminal, result);
    } else {
      print(result);
    }
    return 0;
  }

  private void print(VerifyBench.Result result) {
    terminal.out().println(OneLine.of(result.cpu() + "; " + result.backend()));
    line("%4s %10s %10s", "rows", "ms", "ms a row");
    result.rows().forEach((count, ms) -> line("%4d %10.3f %10.3f", count, ms, ms / count));
    line(
        "prefill %d tokens: %.1f ms, %.0f tok/s",
        result.prefillTokens(),
        result.prefillMs(),
        result.prefillTokens() / result.prefillMs() * 1000);
    line(
        "decode after %d tokens: %.3f ms a token, %.1f tok/s",
        result.context(), result.decodeMsPerToken(), 1000 / result.decodeMsPerToken());
  }

  private void line(String format, Object... values) {
    terminal.out().println(String.format(Locale.ROOT, format, values));
  }
}
