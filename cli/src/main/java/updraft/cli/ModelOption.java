package updraft.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import updraft.cli.models.KnownModel;
import updraft.cli.models.ModelException;

/** The option that names a model. */
final class ModelOption {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "NAME|FILE",
      description = "A GGUF file, or a name out of `updraft models`. Default: smollm2-135m.")
  private @Nullable String model;

  boolean given() {
    return model != null;
  }

  /** The model's file; a model with a known name is pulled when it is not here yet. */
  Path file(Terminal terminal) throws ModelException, InterruptedException {
    String name = model == null ? KnownModel.DEFAULT.name() : model;
    return file(name, terminal);
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
