package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The key that a client of a server sends. */
final class ApiKeys {
  static final String VARIABLE = "UPDRAFT_API_KEY";

  private ApiKeys() {}

  /** What the file holds, else the variable, else null. */
  static @Nullable String read(@Nullable Path file, Terminal terminal) throws IOException {
    return file == null ? terminal.environment().get(VARIABLE) : Files.readString(file).strip();
  }
}
