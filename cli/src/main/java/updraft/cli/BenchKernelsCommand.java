package updraft.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import updraft.bench.kernel.KernelBench;

/** {@code updraft bench kernels}: what kernels reach by themselves. */
@Command(
    name = "kernels",
    description =
        "Time products and attention on one core with JMH, beside what the machine can do at"
            + " most.")
final class BenchKernelsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(
      names = "--only",
      paramLabel = "NAME",
      description = "Product or Attention. Default: both.")
  private String only = "";

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "How long an iteration takes; a line has eight. Default: 1.")
  private double seconds = 1;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  BenchKernelsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    KernelBench.Table table = KernelBench.run(only, Seconds.of("--seconds", seconds).toMillis());
    if (json) {
      Json.print(terminal, table);
      return 0;
    }
    table
        .probe()
        .ifPresent(
            probe ->
                print(
                    "limits of one core: reads %.1f GB/s, multiplies %.0f G bytes/s%n",
                    probe.gigabytes(), probe.gigaproducts()));
    print("%-40s %10s %9s %8s %9s%n", "kernel", "µs", "±", "GB/s", "GMAC/s");
    for (KernelBench.Line line : table.lines()) {
      print(
          "%-40s %10.2f %9.2f %8.1f %9.1f%n",
          line.kernel(), line.micros(), line.error(), line.gigabytes(), line.gigaproducts());
    }
    return 0;
  }

  private void print(String format, Object... values) {
    terminal.out().print(String.format(Locale.ROOT, format, values));
  }
}
