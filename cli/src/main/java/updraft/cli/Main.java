package updraft.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code updraft}. A subcommand is a class of its own and a line in {@link #commands}.
 */
@Command(
    name = "updraft",
    description = "Speculative decoding for large language models, in plain Java.",
    footer = {
      "",
      "Try:  updraft run --prompt \"The quick brown fox\"",
      "      updraft COMMAND --help",
      "Exit status: 0 good, 1 failed, 2 wrong usage."
    })
public final class Main implements Runnable {
  private final Terminal terminal;

  @Spec private @Nullable CommandSpec spec;

  private Main(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The process's entry; exits with 0 (good), 1 (failed) or 2 (wrong usage). */
  public static void main(String[] arguments) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.putIfAbsent("HOME", System.getProperty("user.home"));
    if (!environment.containsKey(Terminal.TERMINALS)) {
      boolean terminal = hasTerminal();
      environment.put(Terminal.TERMINALS, terminal ? "012" : "");
    }
    StandardOutput results = new StandardOutput();
    PrintStream out = stream(results, false);
    PrintStream err = stream(standardError(environment), true);
    System.setErr(err); // what libraries print goes the same way
    int status = run(List.of(arguments), System.in, out, err, environment);
    if (status == 0 && results.loss().isPresent()) {
      status = new Terminal(System.in, out, err, environment).fail(results.loss().get());
    }
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
      return line(terminal, arguments).execute(arguments.toArray(String[]::new));
    } catch (OutOfMemoryError | LinkageError e) { // errors pass picocli's handlers by
      return terminal.fail(e);
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static CommandLine line(Terminal terminal, List<String> arguments) {
    CommandLine line = new CommandLine(new Main(terminal));
    Map<String, Supplier<Object>> commands = commands(terminal, arguments);
    String first = arguments.isEmpty() ? "" : arguments.getFirst();
    boolean known = commands.containsKey(first);
    commands.forEach(
        (name, command) -> {
          // reading the options of all of them costs a quarter of a second
          if (!known || name.equals(first)) {
            line.addSubcommand(command.get());
          }
        });
    dress(line);
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

  private static Map<String, Supplier<Object>> commands(Terminal terminal, List<String> arguments) {
    Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
    commands.put("run", () -> new RunCommand(terminal));
    commands.put("chat", () -> new ChatCommand(terminal));
    commands.put("serve", () -> serve(terminal, arguments));
    commands.put("bench", () -> BenchCommand.line(terminal));
    commands.put("explain", () -> new ExplainCommand(terminal));
    commands.put("pull", () -> new PullCommand(terminal));
    commands.put("models", () -> new ModelsCommand(terminal));
    commands.put("devices", () -> new DevicesCommand(terminal));
    commands.put("inspect", () -> new InspectCommand(terminal));
    commands.put("convert-head", () -> new ConvertHeadCommand(terminal));
    commands.put("tokenize", () -> new TokenizeCommand(terminal));
    commands.put("render", () -> new RenderCommand(terminal));
    return commands;
  }

  private static CommandLine serve(Terminal terminal, List<String> arguments) {
    return new CommandLine(new ServeCommand(terminal))
        .setDefaultValueProvider(new ServeConfig(arguments, terminal.environment()));
  }

  /** What all commands have alike. */
  private static void dress(CommandLine line) {
    line.getCommandSpec()
        .mixinStandardHelpOptions(true)
        .versionProvider(new Version())
        .usageMessage()
        .sortOptions(false);
    line.getSubcommands().values().forEach(Main::dress);
  }

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Say more on standard error: what is chosen, and where an error arose.")
  void verbose(boolean verbose) {
    terminal.verbose(verbose);
  }

  /** Without a command: what there is. */
  @Override
  public void run() {
    if (spec != null) {
      spec.commandLine().usage(terminal.out());
    }
  }

  /** Null-safe: what {@code System.console} returns is up to the JDK's provider. */
  private static boolean hasTerminal() {
    @SuppressWarnings("SystemConsoleNull")
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static PrintStream stream(OutputStream bytes, boolean byLine) {
    return new PrintStream(
        new BufferedOutputStream(bytes, 1 << 13), byLine, StandardCharsets.UTF_8);
  }

  /**
   * The launcher keeps the JVM's own notices apart from standard error, which it passes as another
   * descriptor. A descriptor has no public constructor, and opening {@code /dev/fd} anew would lose
   * the place that processes share in a file; so the launcher opens java.io to us. Where that
   * fails, descriptor 2 leads to standard error too.
   */
  private static OutputStream standardError(Map<String, String> environment) {
    String number = environment.getOrDefault("UPDRAFT_STDERR", "2");
    try {
      Constructor<FileDescriptor> descriptor =
          FileDescriptor.class.getDeclaredConstructor(int.class);
      descriptor.setAccessible(true);
      return new FileOutputStream(descriptor.newInstance(Integer.parseInt(number)));
    } catch (ReflectiveOperationException | InaccessibleObjectException | NumberFormatException e) {
      return new FileOutputStream(FileDescriptor.err);
    }
  }
}
