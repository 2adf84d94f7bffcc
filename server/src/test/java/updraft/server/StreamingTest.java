package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token reaches the client before the next one is made. */
class StreamingTest {
  private static final String BODY =
      """
      {"prompt": "a", "max_tokens": 50, "ignore_eos": true, "temperature": 0, "stream": true,
       "speculation": {"method": "off"}, "logprobs": 0}""";

  @TempDir Path folder;

  @Test
  void tokensAreSentOneByOne() throws Exception {
    try (TestServer server = TestServer.start(folder)) {
      Semaphore gate = PacedBackend.gate(server.backend);
      try (Socket socket = server.connect(TestServer.rawPost("/v1/completions", BODY))) {
        var lines =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        for (int token = 0; token < 10; token++) {
          gate.release();
          assertThat(nextEvent(lines)).as("token %d", token).contains("\"text\"");
        }
      }
    }
  }

  /** Reads on to an event; the socket's time-out ends a wait in vain. */
  private static String nextEvent(BufferedReader lines) throws Exception {
    while (true) {
      String line = lines.readLine();
      if (line == null || line.startsWith("data: ")) {
        return String.valueOf(line);
      }
    }
  }
}
