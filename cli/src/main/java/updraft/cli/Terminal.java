package updraft.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import updraft.cli.models.ModelPuller;
import updraft.cli.models.ModelStore;

/**
 * What surrounds a command: streams, variables, the user's models. Results go to {@link #out},
 * everything else to {@link #err}. The process has one, a test its own.
 */
final class Terminal {
  /** The variable with the standard descriptors that are terminals, e.g. {@code 012}. */
  static final String TERMINALS = "UPDRAFT_TERMINALS";

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;
  private boolean verbose;

  Terminal(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.environment = Map.copyOf(environment);
  }

  InputStream in() {
    return in;
  }

  PrintStream out() {
    return out;
  }

  PrintStream err() {
    return err;
  }

  Map<String, String> environment() {
    return environment;
  }

  /** Whether a person sits at this descriptor: 0, 1 or 2. */
  boolean isTerminal(int descriptor) {
    return environment.getOrDefault(TERMINALS, "").contains(Integer.toString(descriptor));
  }

  boolean verbose() {
    return verbose;
  }

  void verbose(boolean value) {
    verbose = value;
  }

  /** A line on standard error. */
  void say(String line) {
    err.println(line);
    err.flush();
  }

  /** Says in one line what went wrong. Returns the exit status. */
  int fail(Throwable problem) {
    out.flush();
    Failure failure = Failure.of(problem);
    say("updraft: " + failure.message());
    if (verbose) {
      problem.printStackTrace(err);
      err.flush();
    }
    return failure.status();
  }

  /** All of standard input as text. */
  String readAll() throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  ModelStore models() {
    return ModelStore.ofUser(environment, Path.of(environment.getOrDefault("HOME", "")));
  }

  ModelPuller puller() {
    String hub = environment.get("HF_ENDPOINT");
    return new ModelPuller(
        models(),
        hub == null || hub.isBlank() ? ModelPuller.DEFAULT_HUB : URI.create(hub),
        List.of("python3", "-m", "pip"),
        this::say);
  }

  PrintWriter writer(PrintStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }
}
