package updraft.cli.models;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The per-user folder of model files, the folder that comes with Updraft, and names for both. */
public final class ModelStore {
  /** The model that comes with Updraft: completes Java code. */
  public static final String EMBEDDED = "java-5m";

  private final Path folder;
  private final @Nullable Path embedded;

  /**
   * @param embedded the folder of models that come with Updraft, or null when it is not known
   */
  public ModelStore(Path folder, @Nullable Path embedded) {
    this.folder = folder;
    this.embedded = embedded;
  }

  /**
   * The user's store: {@code UPDRAFT_MODELS}, or {@code updraft/models} in the user's data folder.
   * What comes with Updraft is under {@code UPDRAFT_HOME}, which the launcher sets.
   *
   * @param environment of the process
   * @param home the user's home folder
   */
  public static ModelStore ofUser(Map<String, String> environment, Path home) {
    String launched = environment.get("UPDRAFT_HOME");
    Path embedded =
        launched == null || launched.isBlank() ? null : Path.of(launched).resolve("models");
    String chosen = environment.get("UPDRAFT_MODELS");
    if (chosen != null && !chosen.isBlank()) {
      return new ModelStore(Path.of(chosen), embedded);
    }
    String data = environment.get("XDG_DATA_HOME");
    Path base = data == null || data.isBlank() ? home.resolve(".local/share") : Path.of(data);
    return new ModelStore(base.resolve("updraft/models"), embedded);
  }

  public Path folder() {
    return folder;
  }

  /** The folder of models and heads that come with Updraft, if it is known. */
  public Optional<Path> embedded() {
    return Optional.ofNullable(embedded);
  }

  /** The file of a short name, of a file's name in the store, or of a path; empty when absent. */
  public Optional<Path> find(String nameOrFile) {
    Path known =
        KnownModel.named(nameOrFile).map(model -> folder.resolve(model.file())).orElse(null);
    if (known != null) {
      return Files.isRegularFile(known) ? Optional.of(known) : Optional.empty();
    }
    Stream<Path> own =
        Stream.of(
            Path.of(nameOrFile), folder.resolve(nameOrFile), folder.resolve(nameOrFile + ".gguf"));
    Stream<Path> given = embedded().stream().map(files -> files.resolve(nameOrFile + ".gguf"));
    return Stream.concat(own, given).filter(Files::isRegularFile).findFirst();
  }

  /** The file of a name or path; refuses with what there is and how to get more. */
  public Path require(String nameOrFile) throws ModelException {
    return find(nameOrFile)
        .orElseThrow(
            () ->
                new ModelException(
                    "no such model: model=" + nameOrFile + "; " + advice(nameOrFile)));
  }

  private static String advice(String name) {
    if (name.equals(EMBEDDED)) {
      return "it is in the folder models of a clone or distribution: run the launcher there, or"
          + " give a GGUF file";
    }
    return KnownModel.named(name).isPresent()
        ? "get it with `updraft pull " + name + "`"
        : "give a GGUF file, or a name out of `updraft models`";
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
