package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sixty-four streams at once for as long as {@code -Dupdraft.test.soak.seconds} says: no error,
 * fair progress, nothing left behind.
 */
@Tag("soak")
class SoakTest {
  private static final Logger LOG = System.getLogger(SoakTest.class.getName());
  private static final int STREAMS = 64;

  @TempDir Path folder;

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  @Test
  void sixtyFourStreamsLeaveNothingBehind() throws Exception {
    long seconds = Long.getLong("updraft.test.soak.seconds", 20);
    try (TestServer server =
        TestServer.start(
            folder,
            engine -> engine.backend("cpu").maxSequences(STREAMS).keyValueTokens(64 * 256),
            options -> options.withIdleTimeout(Duration.ofSeconds(2)))) {
      run(server, 1); // what is made once and kept
      await().atMost(Duration.ofSeconds(20)).until(() -> LimitsTest.running(server) == 0);
      double pages = server.metric("updraft_pages_used");
      int threads = threads();
      long descriptors = descriptors();

      long[] tokens = run(server, seconds);

      await().atMost(Duration.ofSeconds(20)).until(() -> LimitsTest.running(server) == 0);
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(
              () -> {
                assertThat(server.metric("updraft_pages_used")).isEqualTo(pages);
                assertThat(threads()).isLessThanOrEqualTo(threads + 4);
                assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 4);
              });
      Arrays.sort(tokens);
      LOG.log(
          Level.INFO,
          "soak: {0} s, tokens of the slowest, median and fastest stream: {1}, {2}, {3}; threads"
              + " {4} to {5}, descriptors {6} to {7}",
          seconds,
          tokens[0],
          tokens[STREAMS / 2],
          tokens[STREAMS - 1],
          threads,
          threads(),
          descriptors,
          descriptors());
      assertThat(tokens[0]).isGreaterThanOrEqualTo(tokens[STREAMS / 2] / 2);
    }
  }

  /** Tokens that each stream got. */
  private static long[] run(TestServer server, long seconds) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long[] tokens = new long[STREAMS];
    try (HttpClient client = HttpClient.newHttpClient();
        ExecutorService streams = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        int stream = i;
        all.add(
            streams.submit(
                () -> {
                  for (int round = 0; System.nanoTime() < end; round++) {
                    tokens[stream] += stream(server, client, stream, round);
                  }
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    return tokens;
  }

  private static long stream(TestServer server, HttpClient client, int stream, int round)
      throws Exception {
    String format =
        stream % 4 == 0
            ? ", \"json_schema\": {\"enum\": [\"" + "abc ".repeat(8) + "\", \"x\"]}"
            : ", \"ignore_eos\": true";
    String body =
        "{\"stream\": true, \"max_tokens\": 32, \"seed\": "
            + round
            + ", \"stream_options\": {\"include_usage\": true}, \"prompt\": \"stream "
            + stream
            + " round "
            + round % 5
            + "\""
            + format
            + "}";
    HttpResponse<String> answer =
        client.send(server.posting("/v1/completions", body), BodyHandlers.ofString());
    List<String> events = TestServer.events(answer.body());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(events.getLast()).isEqualTo("[DONE]");
    return TestServer.json(events.get(events.size() - 2)).at("/usage/completion_tokens").asLong();
  }
}
