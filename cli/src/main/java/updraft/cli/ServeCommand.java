package updraft.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import updraft.cli.models.ModelException;
import updraft.engine.EngineOptions;
import updraft.server.AccessOptions;
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
  /** Held on to: its level is lost when nobody does. */
  private static final Logger ACCESS = Logger.getLogger("updraft.access");

  private final Terminal terminal;

  @Mixin private final ServedModels models = new ServedModels();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen on. Default: 127.0.0.1.")
  private String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "PORT", description = "0 takes a free one. Default: 8080.")
  private int port = 8080;

  @Mixin private final AccessFlags access = new AccessFlags();

  @Option(
      names = "--insecure",
      arity = "0..1",
      fallbackValue = "true",
      description = "Serve other machines without a key.")
  private boolean insecure;

  @Option(
      names = "--access-log",
      arity = "0..1",
      fallbackValue = "true",
      description = "Log a line a request, without what it holds.")
  private boolean accessLog;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Options, as lines NAME = VALUE; variables UPDRAFT_NAME go before them.")
  @SuppressWarnings("UnusedVariable") // ServeConfig looks for it before options are read
  private @Nullable Path config;

  @Option(
      names = "--print-config",
      description = "Print all options with where they come from, and serve nothing.")
  private boolean printConfig;

  @Spec private @Nullable CommandSpec spec;

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
    if (spec != null && spec.defaultValueProvider() instanceof ServeConfig settings) {
      settings.refuseUnknown(spec);
      if (printConfig) {
        terminal.out().print(settings.show(spec));
        return 0;
      }
    }
    ServerOptions options = options();
    List<ServedModels.Named> files = models.files(terminal);
    try (OpenModels open =
        OpenModels.open(files, models.limits(), flags, terminal, this::capacity)) {
      if (accessLog) {
        ACCESS.setLevel(Level.INFO);
      }
      UpdraftServer server = new UpdraftServer(open.models(), options);
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
      terminal.out().println("listening on " + scheme() + authority(server.start()));
      terminal.out().flush();
      told.await();
    } catch (InterruptedException e) {
      // told by the thread's owner instead; draining goes on undisturbed
    }
  }

  private ServerOptions options() throws IOException {
    AccessOptions clients = access.options(terminal);
    if (clients.keys().isEmpty() && !insecure && !isLoopback()) {
      throw new IllegalArgumentException(
          "an address that other machines reach must have a key: --host="
              + host
              + "; set --api-key-file or "
              + ApiKeys.VARIABLE
              + ", or say --insecure");
    }
    return ServerOptions.onLoopback(port)
        .withHost(host)
        .withAccess(clients)
        .withTls(access.tls())
        .withAccessLog(accessLog)
        .withMaxBodyBytes(maxBodyBytes)
        .withRequestTimeout(Seconds.of("--request-timeout", requestSeconds))
        .withDrainTimeout(Seconds.of("--drain-timeout", drainSeconds));
  }

  private String scheme() {
    return access.tls() == null ? "http://" : "https://";
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
