package updraft.setup;

import java.nio.file.Files;
import java.nio.file.Path;

/** The files at the top of the project. */
final class Checkout {
  private Checkout() {}

  static Path file(String name) {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve(name))) {
      folder = folder.getParent();
    }
    return folder.resolve(name);
  }
}
