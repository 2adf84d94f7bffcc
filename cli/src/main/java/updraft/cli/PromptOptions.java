package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Where a prompt comes from: an option, a file, or standard input when that is not a terminal. */
final class PromptOptions {
  @ArgGroup private @Nullable Source source;

  /** One or the other. */
  static final class Source {
    @Option(
        names = {"-p", "--prompt"},
        paramLabel = "TEXT",
        description = "The prompt.")
    @Nullable String prompt;

    @Option(
        names = {"-f", "--prompt-file"},
        paramLabel = "FILE",
        description = "A file with the prompt, UTF-8; - for standard input.")
    @Nullable String file;
  }

  /** The prompt as given, exactly; null when none is. */
  @Nullable String read(Terminal terminal) throws IOException {
    if (source != null && source.prompt != null) {
      return source.prompt;
    }
    if (source != null && source.file != null) {
      return source.file.equals("-") ? terminal.readAll() : Files.readString(Path.of(source.file));
    }
    if (terminal.isTerminal(0)) {
      return null;
    }
    String piped = terminal.readAll();
    return piped.isEmpty() ? null : piped;
  }
}
