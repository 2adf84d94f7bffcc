package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The official JavaScript client; {@code UPDRAFT_TEST_NODE_MODULES} names a folder that has it. */
@Tag("openai")
class OpenAiJavaScriptTest {
  private static final String VARIABLE = "UPDRAFT_TEST_NODE_MODULES";
  private static final Path SCRIPT = Path.of("src/test/javascript/openai_client_test.mjs");

  @TempDir Path folder;

  @Test
  void theOfficialClientIsServed() throws Exception {
    String modules = System.getenv(VARIABLE);
    assumeTrue(modules != null, VARIABLE + " must name a folder with the package openai");
    try (TestServer server =
        TestServer.start(folder, e -> e, options -> options.withApiKey("key"))) {
      Process process =
          new ProcessBuilder(
                  "node",
                  SCRIPT.toString(),
                  Path.of(modules, "openai", "index.mjs").toUri().toString(),
                  "http://127.0.0.1:" + server.port,
                  TestServer.MODEL,
                  "key")
              .redirectErrorStream(true)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      assertThat(output).contains("agrees");
    }
  }
}
