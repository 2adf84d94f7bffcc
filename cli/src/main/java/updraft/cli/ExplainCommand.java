package updraft.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code updraft explain}: why a request was as fast as it was. */
@Command(
    name = "explain",
    description = "Say why a request was fast or slow.",
    footer = {
      "",
      "Of a saved run:    updraft run --json --record-rounds --prompt … > run.json",
      "                   updraft explain run.json",
      "Of a live server:  updraft explain http://127.0.0.1:8080 [ID]",
      "",
      "A server records requests that say \"debug\": true, or with --record-rounds all.",
      "A key that the server wants comes from --api-key-file or UPDRAFT_API_KEY."
    })
final class ExplainCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      index = "0",
      paramLabel = "FILE|URL",
      description = "What `run --json --record-rounds` printed, or a server's address.")
  private String source = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "ID",
      description = "A request of the server (X-Request-Id). Default: the newest recorded.")
  private @Nullable String id;

  @Option(
      names = "--api-key-file",
      paramLabel = "FILE",
      description = "A file with the key that the server wants.")
  private @Nullable Path apiKeyFile;

  @Option(names = "--json", description = "Print the explanation as one object.")
  private boolean json;

  ExplainCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, CommandException, InterruptedException {
    JsonNode request = source.matches("https?://.*") ? live() : saved();
    JsonNode why = request.path("explanation");
    if (!why.isObject()) {
      throw new CommandException(
          "the request must have been recorded: id="
              + request.path("id").asString("")
              + "; send it with \"debug\": true, or start the server with --record-rounds");
    }
    if (json) {
      Json.print(terminal, why);
    } else {
      ExplanationText.lines(request, why).forEach(terminal.out()::println);
    }
    return 0;
  }

  private JsonNode saved() throws IOException, CommandException {
    if (id != null) {
      throw new IllegalArgumentException("ID must be left out for a saved run: id=" + id);
    }
    Path file = Path.of(source);
    JsonNode run = Json.read(file);
    JsonNode recorded = run.has("debug") ? run.path("debug") : run;
    if (!recorded.has("explanation")) {
      throw new CommandException(
          "file must be of a recorded run: file=" + file + "; run it with --json --record-rounds");
    }
    return recorded;
  }

  private JsonNode live() throws IOException, CommandException, InterruptedException {
    DebugClient server =
        new DebugClient(source.replaceAll("/+$", ""), ApiKeys.read(apiKeyFile, terminal));
    return server.request(id == null ? server.newestRecorded() : id);
  }
}
