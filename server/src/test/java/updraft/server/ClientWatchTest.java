package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that go away, and clients that send more than they were asked for. */
class ClientWatchTest {
  private static final String LONG =
      "{\"prompt\": \"a\", \"max_tokens\": 1000, \"ignore_eos\": true";

  @TempDir Path folder;
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(folder, options -> options.maxSequences(1), options -> options);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private double running() {
    return server.metric("updraft_running_sequences");
  }

  private double waiting() {
    return server.metric("updraft_waiting_sequences");
  }

  private double aborted() {
    return server.metric("updraft_finished_total{finish_reason=\"abort\"}");
  }

  @Test
  void aClientThatLeavesItsStreamIsCancelled() throws IOException {
    PacedBackend.pace(server.backend, 10);
    try (Socket socket =
        server.connect(TestServer.rawPost("/v1/completions", LONG + ", \"stream\": true}"))) {
      BufferedReader reader = reader(socket);
      await().until(() -> reader.readLine().startsWith("data: "));
      assertThat(running()).isEqualTo(1);
    }

    await().untilAsserted(() -> assertThat(running()).isZero());
    assertThat(aborted()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesWhileItsAnswerIsMadeIsCancelled() throws IOException {
    PacedBackend.pace(server.backend, 10);
    Socket socket = server.connect(TestServer.rawPost("/v1/completions", LONG + "}"));
    await().untilAsserted(() -> assertThat(running()).isEqualTo(1));
    socket.close();

    await().untilAsserted(() -> assertThat(running()).isZero());
    assertThat(aborted()).isEqualTo(1);
  }

  @Test
  void aClientThatLeavesTheQueueIsCancelled() throws IOException {
    PacedBackend.pace(server.backend, 10);
    try (Socket first = server.connect(TestServer.rawPost("/v1/completions", LONG + "}"))) {
      await().untilAsserted(() -> assertThat(running()).isEqualTo(1));
      Socket second =
          server.connect(TestServer.rawPost("/v1/completions", LONG + ", \"stream\": true}"));
      await().untilAsserted(() -> assertThat(waiting()).isEqualTo(1));
      second.close();

      await().untilAsserted(() -> assertThat(waiting()).isZero());
      assertThat(running()).isEqualTo(1);
      assertThat(first.isConnected()).isTrue();
    }
    await().untilAsserted(() -> assertThat(running()).isZero());
  }

  @Test
  void aPipelinedRequestIsAnsweredToo() throws IOException {
    Semaphore gate = PacedBackend.gate(server.backend);
    String body = "{\"prompt\": \"a\", \"max_tokens\": 5, \"ignore_eos\": true}";
    try (Socket socket = server.connect(TestServer.rawPost("/generate", body))) {
      await().untilAsserted(() -> assertThat(running()).isEqualTo(1));
      TestServer.write(
          socket, "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      // the watch looks every 50 ms: give it the time to find the second request
      await().pollDelay(java.time.Duration.ofMillis(200)).until(() -> true);
      gate.release(1000);

      String answers = reader(socket).lines().reduce("", (all, line) -> all + line + "\n");
      assertThat(answers.split("HTTP/1.1 200 ")).hasSize(3);
      assertThat(answers).contains("\"completion_tokens\":5").contains("\"object\":\"list\"");
    }
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }
}
