package updraft.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import updraft.cli.models.KnownModel;
import updraft.cli.models.ModelException;
import updraft.cli.models.ModelStore;

/** The option that names a model. */
final class ModelOption {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME|FILE",
      description =
          "A GGUF file, or a name out of `updraft models`. Default: java-5m, which comes with"
              + " Updraft and completes Java code; for a chat: smollm2-135m.")
  private @Nullable String model;

  boolean given() {
    return model != null;
  }

  /** The model's file; a model with a known name is pulled when it is not here yet. */
  Path file(Terminal terminal) throws ModelException, InterruptedException {
    return file(model == null ? ModelStore.EMBEDDED : model, terminal);
  }

  /** As {@link #file(Terminal)}, but the default is a model that chats. */
  Path chatFile(Terminal terminal) throws ModelException, InterruptedException {
    return file(model == null ? KnownModel.DEFAULT.name() : model, terminal);
  }

  static Path file(String name, Terminal terminal) throws ModelException, InterruptedException {
    Optional<Path> present = terminal.models().find(name);
    if (present.isPresent() || KnownModel.named(name).isEmpty()) {
      return terminal.models().require(name);
    }
    try (TransferBar bar = TransferBar.of(name, terminal)) {
      return terminal.puller().pull(name, bar);
    }
  }
}
