package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import updraft.cli.models.KnownModel;
import updraft.cli.models.ModelException;

/** {@code updraft pull}: brings a model into the user's folder and prints its file. */
@Command(
    name = "pull",
    description = "Get a model: a known name, hf:owner/repo/file.gguf or a URL.")
final class PullCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "What to get. Default: smollm2-135m.")
  private String model = KnownModel.DEFAULT.name();

  @Option(names = "--json", description = "Print {\"file\": ..., \"bytes\": ...}.")
  private boolean json;

  PullCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, InterruptedException {
    Path file;
    try (TransferBar bar = TransferBar.of(model, terminal)) {
      file = terminal.puller().pull(model, bar);
    }
    if (json) {
      Json.print(terminal, Map.of("file", file.toString(), "bytes", Files.size(file)));
    } else {
      terminal.out().println(file);
    }
    return 0;
  }
}
