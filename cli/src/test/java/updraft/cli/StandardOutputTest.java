package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class StandardOutputTest {

  @Test
  void passesBytesOn() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    StandardOutput out = new StandardOutput(bytes);
    new PrintStream(out, true).print("tea");

    assertThat(bytes).hasToString("tea");
    assertThat(out.loss()).isEmpty();
  }

  @Test
  void remembersWhyResultsWereLost() {
    assertThat(lossOf("No space left on device"))
        .isEqualTo("standard output must take the result: No space left on device");
  }

  @Test
  void aReaderThatWentAwayLosesNothing() {
    assertThat(lossOf("Broken pipe")).isEmpty();
  }

  private static String lossOf(String reason) {
    StandardOutput out =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int value) throws IOException {
                throw new IOException(reason);
              }
            });
    new PrintStream(out, true).print("tea");
    return out.loss().map(Exception::getMessage).orElse("");
  }
}
