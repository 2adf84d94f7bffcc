package updraft.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Standard small random models for tests of every module; a few hundred kilobytes each. */
public final class TinyModels {
  private TinyModels() {}

  /** A tied llama model of 8-bit matrices: the one to take when the kind does not matter. */
  public static Path llama(Path directory) {
    return write(directory, Architecture.LLAMA, QuantType.Q8_0);
  }

  /** Writes the model of {@link #builder} unless the directory has it already. */
  public static Path write(Path directory, Architecture architecture, QuantType type) {
    Path path = directory.resolve("tiny-" + architecture.ggufName() + "-" + type + ".gguf");
    try {
      return Files.exists(path) ? path : builder(architecture, type).write(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Three layers, 512 tokens, 96 wide (256 for types of 256-element blocks), grouped queries; llama
   * is tied, the others are not.
   */
  public static SyntheticModelBuilder builder(Architecture architecture, QuantType type) {
    boolean wide = type.blockElements() > 32;
    return SyntheticModel.builder(architecture)
        .layers(3)
        .hiddenSize(wide ? 256 : 96)
        .heads(wide ? 8 : 6, 2)
        .headSize(wide ? 32 : 16)
        .feedForwardSize(wide ? 256 : 160)
        .vocabularySize(512)
        .contextLength(1024)
        .matrices(type)
        .tied(architecture == Architecture.LLAMA);
  }

  /**
   * A llama as that of {@link #builder}, not tied, that cares little for context: of a token it
   * says nearly the same anywhere. Written unless the directory has it already.
   */
  public static Path forgetful(Path directory) {
    Path path = directory.resolve("forgetful.gguf");
    try {
      return Files.exists(path)
          ? path
          : builder(Architecture.LLAMA, QuantType.Q8_0).tied(false).residualScale(0.1f).write(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
