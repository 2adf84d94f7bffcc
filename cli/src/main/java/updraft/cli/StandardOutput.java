package updraft.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Standard output that remembers the first error, which print streams swallow. */
final class StandardOutput extends OutputStream {
  private final OutputStream out;
  private @Nullable IOException problem;

  StandardOutput() {
    this(new FileOutputStream(FileDescriptor.out));
  }

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      problem = problem == null ? e : problem;
      throw e;
    }
  }

  /** Why results were lost, or empty: a reader that had enough and went away loses nothing. */
  Optional<CommandException> loss() {
    if (problem == null || String.valueOf(problem.getMessage()).contains("Broken pipe")) {
      return Optional.empty();
    }
    return Optional.of(
        new CommandException("standard output must take the result: " + problem.getMessage()));
  }
}
