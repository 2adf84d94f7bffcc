package updraft.cli.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** The per-user folder of model files, and names for what is in it. */
public final class ModelStore {
  private final Path folder;

  public ModelStore(Path folder) {
    this.folder = folder;
  }

  /**
   * The user's store: {@code UPDRAFT_MODELS}, or {@code updraft/models} in the user's data folder.
   *
   * @param environment of the process
   * @param home the user's home folder
   */
  public static ModelStore ofUser(Map<String, String> environment, Path home) {
    String chosen = environment.get("UPDRAFT_MODELS");
    if (chosen != null && !chosen.isBlank()) {
      return new ModelStore(Path.of(chosen));
    }
    String data = environment.get("XDG_DATA_HOME");
    Path base = data == null || data.isBlank() ? home.resolve(".local/share") : Path.of(data);
    return new ModelStore(base.resolve("updraft/models"));
  }

  public Path folder() {
    return folder;
  }

  /** The file of a short name, of a file's name in the store, or of a path; empty when absent. */
  public Optional<Path> find(String nameOrFile) {
    Path known =
        KnownModel.named(nameOrFile).map(model -> folder.resolve(model.file())).orElse(null);
    if (known != null) {
      return Files.isRegularFile(known) ? Optional.of(known) : Optional.empty();
    }
    return Stream.of(
            Path.of(nameOrFile), folder.resolve(nameOrFile), folder.resolve(nameOrFile + ".gguf"))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The file of a name or path; refuses with what there is and how to get more. */
  public Path require(String nameOrFile) throws ModelException {
    return find(nameOrFile)
        .orElseThrow(
            () ->
                new ModelException(
                    "no such model: model="
                        + nameOrFile
                        + "; "
                        + (KnownModel.named(nameOrFile).isPresent()
                            ? "get it with `updraft pull " + nameOrFile + "`"
                            : "give a GGUF file, or a name out of `updraft models`")));
  }

  /** Model files in the store, by name. */
  public List<Path> list() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".gguf")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }
}
