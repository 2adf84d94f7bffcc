package updraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Command lines run in this process, with streams and variables of their own. */
final class CommandLineRun {
  private final Map<String, String> environment = new HashMap<>();
  private InputStream in = InputStream.nullInputStream();

  CommandLineRun(Path folder) {
    environment.put("HOME", folder.toString());
    environment.put("UPDRAFT_MODELS", folder.resolve("store").toString());
  }

  CommandLineRun with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  CommandLineRun input(String text) {
    return input(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  CommandLineRun input(InputStream value) {
    in = value;
    return this;
  }

  /** What came of it. */
  record Outcome(int status, String out, String err) {

    Outcome succeeds() {
      assertThat(status).as(err).isZero();
      return this;
    }

    /** The exit status, and exactly one line on standard error; nothing on standard output. */
    Outcome fails(int expected, String line) {
      assertThat(err).isEqualTo("updraft: " + line + System.lineSeparator());
      assertThat(status).isEqualTo(expected);
      assertThat(out).isEmpty();
      return this;
    }

    JsonNode json() {
      assertThat(out.lines()).hasSize(1);
      return JsonMapper.shared().readTree(out);
    }
  }

  Outcome run(String... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = run(out, err, arguments);
    return new Outcome(
        status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** The same, into streams that the caller may watch meanwhile. */
  int run(ByteArrayOutputStream out, ByteArrayOutputStream err, String... arguments) {
    return Main.run(
        List.of(arguments),
        in,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        environment);
  }
}
