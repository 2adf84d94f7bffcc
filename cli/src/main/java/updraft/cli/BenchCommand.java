package updraft.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code updraft bench}: what is measured is up to its subcommands. */
@Command(name = "bench", description = "Measure on this machine.")
final class BenchCommand implements Runnable {
  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  private BenchCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  static CommandLine line(Terminal terminal) {
    return new CommandLine(new BenchCommand(terminal))
        .addSubcommand(new BenchVerifyCommand(terminal))
        .addSubcommand(new BenchKernelsCommand(terminal))
        .addSubcommand(new BenchSpeculateCommand(terminal))
        .addSubcommand(new BenchTracingCommand(terminal))
        .addSubcommand(new BenchCompareCommand(terminal));
  }

  /** Without a subcommand: what there is. */
  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(terminal.out());
    }
  }
}
