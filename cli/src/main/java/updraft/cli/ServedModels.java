package updraft.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import updraft.cli.models.ModelException;
import updraft.cli.models.ModelStore;
import updraft.server.models.ModelLimits;

/** Which models a server offers, and when they are loaded and unloaded. */
final class ServedModels {
  @Option(
      names = {"-m", "--model"},
      paramLabel = "[NAME=]NAME|FILE",
      split = ",",
      description =
          "A GGUF file, or a name out of `updraft models`; several when repeated, each by the name"
              + " that requests give it. The first is loaded at once and answers requests that name"
              + " none, others when they are asked for. Default: java-5m.")
  private List<String> models = List.of();

  @Option(
      names = "--model-memory",
      paramLabel = "BYTES",
      description =
          "Most that loaded models may take together; idle ones make room. Default: the heap's"
              + " limit.")
  private long memoryBytes;

  @Option(
      names = "--unload-after",
      paramLabel = "SECONDS",
      description = "Unload a model that nobody has asked for so long. Default: never.")
  private double unloadSeconds;

  /**
   * A model's file and what to call it.
   *
   * @param name null for the file's own
   */
  record Named(@Nullable String name, Path file) {}

  /** The files; those with a known name are pulled when they are not here yet. */
  List<Named> files(Terminal terminal) throws ModelException, InterruptedException {
    List<Named> files = new ArrayList<>();
    for (String model : models.isEmpty() ? List.of(ModelStore.EMBEDDED) : models) {
      int equals = model.indexOf('=');
      boolean named = equals > 0 && !Files.exists(Path.of(model));
      files.add(
          new Named(
              named ? model.substring(0, equals) : null,
              ModelOption.file(named ? model.substring(equals + 1) : model, terminal)));
    }
    return files;
  }

  ModelLimits limits() {
    if (memoryBytes < 0) {
      throw new IllegalArgumentException(
          "--model-memory must not be negative: --model-memory=" + memoryBytes);
    }
    Duration idle = Seconds.of("--unload-after", unloadSeconds);
    return new ModelLimits(memoryBytes == 0 ? Runtime.getRuntime().maxMemory() : memoryBytes, idle);
  }
}
