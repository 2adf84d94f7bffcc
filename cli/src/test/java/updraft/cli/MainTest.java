package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  @TempDir Path folder;

  @Test
  void showsTheCommandsWhenNoneIsNamed() {
    CommandLineRun.Outcome outcome = new CommandLineRun(folder).run().succeeds();

    assertThat(outcome.out()).contains("tokenize", "inspect", "pull", "updraft COMMAND --help");
    assertThat(outcome.err()).isEmpty();
  }

  @Test
  void printsItsVersionInOneLine() {
    assertThat(new CommandLineRun(folder).run("--version").succeeds().out())
        .matches("updraft \\S+ \\(Java \\S+, \\S+\\)\\R");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--foo | unknown option: --foo; see updraft --help",
        "fly | unknown command: fly; see updraft --help",
        "tokenize --promt x | unknown option: --promt, is it --prompt?; see updraft tokenize --help",
        "tokenize --prompt | --prompt needs a value; see updraft tokenize --help",
        "tokenize --prompt a extra | unknown argument: extra; see updraft tokenize --help",
        "tokenize --prompt a --prompt-file b | --prompt=TEXT, --prompt-file=FILE are mutually"
            + " exclusive (specify only one); see updraft tokenize --help",
      })
  void refusesWrongUsageInOneLine(String line, String message) {
    new CommandLineRun(folder).run(line.split(" ")).fails(2, message);
  }

  @Test
  void showsWhereAnErrorAroseWhenVerbose() {
    CommandLineRun.Outcome outcome =
        new CommandLineRun(folder)
            .run("inspect", folder.resolve("no.gguf").toString(), "--verbose");

    assertThat(outcome.status()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("updraft: no such model").contains("\tat updraft.cli.");
  }
}
