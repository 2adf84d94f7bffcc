package updraft.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.cli.models.ModelException;
import updraft.engine.EngineOptions;
import updraft.server.ServerOptions;
import updraft.server.UpdraftServer;

/** {@code updraft serve}: OpenAI's interface over HTTP, until told to stop. */
@Command(
    name = "serve",
    description = "Serve OpenAI's HTTP interface.",
    footer = {
      "",
      "Prints `listening on http://HOST:PORT` when ready. SIGTERM or Ctrl-C lets",
      "running requests end first, a second one does not wait. The key that clients",
      "must send comes from --api-key-file or the variable UPDRAFT_API_KEY."
    })
final class ServeCommand implements Callable<Integer> {
  private static final String KEY_VARIABLE = "UPDRAFT_API_KEY";

  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen on. Default: 127.0.0.1.")
  private String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "PORT", description = "0 takes a free one. Default: 8080.")
  private int port = 8080;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "A file with the key that clients must send.")
  private @Nullable Path apiKeyFile;

  @Option(names = "--insecure", description = "Serve other machines without a key.")
  private boolean insecure;

  @Option(
      names = "--max-body",
      paramLabel = "BYTES",
      description = "Largest request body. Default: 4194304.")
  private long maxBodyBytes = 4L << 20;

  @Option(
      names = "--request-timeout",
      paramLabel = "SECONDS",
      description = "Longest a request may take. Default: 600.")
  private double requestSeconds = 600;

  @Option(
      names = "--drain-timeout",
      paramLabel = "SECONDS",
      description = "How long running requests may go on after SIGTERM. Default: 30.")
  private double drainSeconds = 30;

  @Option(
      names = "--max-sequences",
      paramLabel = "N",
      description = "Most answers under way at once. Default: 16.")
  private int maxSequences = 16;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = "Most requests waiting; more are refused with 429. Default: 256.")
  private int queue = 256;

  @Option(
      names = "--recent-requests",
      paramLabel = "N",
      description = "Requests that /debug/requests lists. Default: 64.")
  private int recentRequests = 64;

  @Option(
      names = "--record-rounds",
      description = "Record every round of all requests, not only of those with debug=true.")
  private boolean recordRounds;

  @Mixin private final EngineFlags flags = new EngineFlags();

  ServeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    ServerOptions options = options();
    Path file = model.file(terminal);
    try (OpenEngine open = OpenEngine.open(file, flags, terminal, this::capacity)) {
      UpdraftServer server = new UpdraftServer(open.engine(), options);
      serveUntilTold(server);
      terminal.say("draining: running requests may take " + drainSeconds + " s more");
      server.stop();
    }
    return 0;
  }

  private EngineOptions.Builder capacity(EngineOptions.Builder options) {
    return options
        .maxSequences(maxSequences)
        .queueCapacity(queue)
        .recentRequests(recentRequests)
        .recordRounds(recordRounds);
  }

  /** Returns at the first signal; a second one ends the process without waiting. */
  private void serveUntilTold(UpdraftServer server) throws IOException {
    CountDownLatch told = new CountDownLatch(1);
    try (Interrupts _ = new Interrupts(told::countDown, "TERM", "INT")) {
      terminal.out().println("listening on http://" + authority(server.start()));
      terminal.out().flush();
      told.await();
    } catch (InterruptedException e) {
      // told by the thread's owner instead; draining goes on undisturbed
    }
  }

  private ServerOptions options() throws IOException {
    @Nullable String key = apiKey();
    if (key == null && !insecure && !isLoopback()) {
      throw new IllegalArgumentException(
          "an address that other machines reach must have a key: --host="
              + host
              + "; set --api-key-file or "
              + KEY_VARIABLE
              + ", or say --insecure");
    }
    return ServerOptions.onLoopback(port)
        .withHost(host)
        .withApiKey(key)
        .withMaxBodyBytes(maxBodyBytes)
        .withRequestTimeout(Seconds.of("--request-timeout", requestSeconds))
        .withDrainTimeout(Seconds.of("--drain-timeout", drainSeconds));
  }

  private @Nullable String apiKey() throws IOException {
    @Nullable String key =
        apiKeyFile == null
            ? terminal.environment().get(KEY_VARIABLE)
            : Files.readString(apiKeyFile).strip();
    if (key != null && key.isBlank()) {
      throw new IllegalArgumentException(
          "the key must not be empty: "
              + (apiKeyFile == null ? KEY_VARIABLE : "--api-key-file=" + apiKeyFile));
    }
    return key;
  }

  private boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "--host must be an address of this machine: --host=" + host, e);
    }
  }

  private String authority(int listening) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + listening;
  }
}
