package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official Python client; {@code UPDRAFT_TEST_PYTHON} names a Python that has it. */
@Tag("openai")
class OpenAiClientTest {
  private static final String VARIABLE = "UPDRAFT_TEST_PYTHON";
  private static final Path SCRIPT = Path.of("src/test/python/openai_client_test.py");

  @TempDir Path folder;

  @Test
  void theOfficialClientIsServed() throws Exception {
    try (TestServer server =
        TestServer.start(folder, e -> e, options -> options.withApiKey("key"))) {
      assertThat(run(server)).contains("agrees");
    }
  }

  @Test
  void theOfficialClientHearsOfAFailureInAStream() throws Exception {
    try (TestServer server =
        TestServer.start(
            folder,
            e -> e,
            options -> options.withApiKey("key").withRequestTimeout(Duration.ofSeconds(2)))) {
      PacedBackend.pace(server.backend, 5);
      assertThat(run(server, "--slow")).contains("agrees");
    }
  }

  /** What the script prints; fails when it does. */
  private static String run(TestServer server, String... flags) throws Exception {
    String python = System.getenv(VARIABLE);
    assumeTrue(python != null, VARIABLE + " must name a Python with the openai package");
    ProcessBuilder builder =
        new ProcessBuilder(
            python, SCRIPT.toString(), "http://127.0.0.1:" + server.port, TestServer.MODEL, "key");
    builder.command().addAll(List.of(flags));
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
