package updraft.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufFile;
import updraft.model.GgufTensor;
import updraft.model.GgufWriter;
import updraft.model.QuantType;
import updraft.model.SyntheticModel;
import updraft.model.SyntheticModelBuilder;

/**
 * Models that the bench makes: random weights in the shapes of a larger model, or a model with its
 * matrices in another type. Kept, so that they are made once.
 */
public final class BenchModel {
  private BenchModel() {}

  /**
   * @param folder where they are kept
   * @param model a GGUF file, or null when {@code random} is given
   * @param random {@code llama-1b}, or null
   * @param type the matrices' type, or null for the model's own
   */
  public static Path file(
      Path folder, @Nullable Path model, @Nullable String random, @Nullable String type)
      throws IOException {
    if (random != null && !random.equals("llama-1b")) {
      throw new IllegalArgumentException("--random must be llama-1b: --random=" + random);
    }
    if (random == null && type == null && model != null) {
      return model;
    }
    QuantType matrices = type(type == null ? "q8_0" : type);
    String name = random == null ? String.valueOf(model).replaceAll(".*/|\\.gguf$", "") : random;
    Path made = folder.resolve(name + "." + matrices.name() + ".gguf");
    if (!Files.exists(made)) {
      Files.createDirectories(folder);
      if (model == null) {
        SyntheticModelBuilder shapes = SyntheticModel.llama1b();
        shapes.matrices(matrices).contextLength(8192).build().write(made);
      } else {
        requantize(model, matrices, made);
      }
    }
    return made;
  }

  private static QuantType type(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "q8_0" -> QuantType.Q8_0;
      case "q4_0" -> QuantType.Q4_0;
      default -> throw new IllegalArgumentException("--as must be q8_0 or q4_0: --as=" + name);
    };
  }

  private static void requantize(Path model, QuantType type, Path to) throws IOException {
    try (GgufFile file = GgufFile.open(model)) {
      GgufWriter writer = new GgufWriter().metadata(file, "");
      for (GgufTensor tensor : file.tensors()) {
        if (tensor.rows() == 1) {
          writer.tensor(tensor);
        } else {
          writer.tensor(
              tensor.name(),
              type,
              tensor.rows(),
              tensor.columns(),
              (row, target) -> tensor.dequantizeRow((int) row, target, 0));
        }
      }
      writer.write(to);
    }
  }
}
