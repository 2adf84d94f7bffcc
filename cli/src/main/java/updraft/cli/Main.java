package updraft.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code updraft}. A subcommand is a class of its own and a line in {@link #line}. */
@Command(
    name = "updraft",
    description = "Speculative decoding for large language models, in plain Java.",
    versionProvider = Version.class,
    footer = {
      "",
      "Try:  updraft run --prompt \"The quick brown fox\"",
      "      updraft COMMAND --help",
      "Exit status: 0 good, 1 failed, 2 wrong usage."
    })
public final class Main implements Runnable {
  private final Terminal terminal;

  @CommandLine.Spec private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

  private Main(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The process's entry; exits with 0 (good), 1 (failed) or 2 (wrong usage). */
  public static void main(String[] arguments) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putIfAbsent("HOME", System.getProperty("user.home"));
    if (!environment.containsKey(Terminal.TERMINALS)) {
      boolean terminal = System.console() != null && System.console().isTerminal();
      environment.put(Terminal.TERMINALS, terminal ? "012" : "");
    }
    PrintStream out = stream(new FileOutputStream(FileDescriptor.out), false);
    PrintStream err = stream(standardError(environment), true);
    System.setErr(err); // what libraries print goes the same way
    int status = run(List.of(arguments), System.in, out, err, environment);
    out.flush();
    System.exit(status);
  }

  /**
   * Runs one command line with the given streams and variables.
   *
   * @return the exit status
   */
  public static int run(
      List<String> arguments,
      InputStream in,
      PrintStream out,
      PrintStream err,
      Map<String, String> environment) {
    Terminal terminal = new Terminal(in, out, err, environment);
    try {
      return line(terminal).execute(arguments.toArray(String[]::new));
    } catch (OutOfMemoryError | LinkageError e) { // errors pass picocli's handlers by
      return terminal.fail(e);
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static CommandLine line(Terminal terminal) {
    CommandLine line =
        new CommandLine(new Main(terminal))
            .addSubcommand(new RunCommand(terminal))
            .addSubcommand(new ChatCommand(terminal))
            .addSubcommand(new ServeCommand(terminal))
            .addSubcommand(new PullCommand(terminal))
            .addSubcommand(new ModelsCommand(terminal))
            .addSubcommand(new InspectCommand(terminal))
            .addSubcommand(new TokenizeCommand(terminal))
            .addSubcommand(new RenderCommand(terminal));
    line.getSubcommands()
        .values()
        .forEach(command -> command.getCommandSpec().usageMessage().sortOptions(false));
    line.setExpandAtFiles(false) // a prompt may begin with @
        .setOut(terminal.writer(terminal.out()))
        .setErr(terminal.writer(terminal.err()))
        .setUsageHelpAutoWidth(terminal.isTerminal(1))
        .setExecutionStrategy(
            parsed -> {
              Logs.to(terminal);
              return new CommandLine.RunLast().execute(parsed);
            })
        .setParameterExceptionHandler((problem, rest) -> terminal.fail(problem))
        .setExecutionExceptionHandler((problem, of, result) -> terminal.fail(problem));
    return line;
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Say more on standard error: what is chosen, and where an error arose.")
  private void verbose(boolean verbose) {
    terminal.verbose(verbose);
  }

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Show what a command can do.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  /** Without a command: what there is. */
  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(terminal.out());
    }
  }

  private static PrintStream stream(OutputStream bytes, boolean byLine) {
    return new PrintStream(
        new BufferedOutputStream(bytes, 1 << 13), byLine, StandardCharsets.UTF_8);
  }

  /**
   * The launcher keeps the JVM's own notices apart from standard error and passes that as another
   * descriptor. Where it cannot be opened (a socket, another user's terminal) descriptor 2 leads
   * there too.
   */
  private static OutputStream standardError(Map<String, String> environment) {
    String descriptor = environment.get("UPDRAFT_STDERR");
    if (descriptor != null) {
      try {
        return new FileOutputStream(descriptor, true);
      } catch (IOException e) {
        return new FileOutputStream(FileDescriptor.err);
      }
    }
    return new FileOutputStream(FileDescriptor.err);
  }
}
