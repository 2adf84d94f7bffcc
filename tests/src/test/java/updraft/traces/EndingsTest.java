package updraft.traces;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import updraft.engine.EngineOptions;
import updraft.traces.Collector.Manner;

/** However a request ends, a collector gets all of its spans, with status and reason. */
class EndingsTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CALLER = "b7ad6b7169203331";
  private static final String TRACEPARENT = "00-" + TRACE + "-" + CALLER + "-01";

  @TempDir private Path folder;

  private TracedServer serve(Collector collector, UnaryOperator<EngineOptions.Builder> settings)
      throws IOException {
    return new TracedServer(folder, collector.endpoint(), Map.of(), settings);
  }

  private static List<SeenSpan> request(Collector collector) {
    List<SeenSpan> spans =
        collector.spans.stream().filter(span -> span.trace().equals(TRACE)).toList();
    SpanRules.checkEnded(spans, CALLER);
    return spans;
  }

  private static SeenSpan one(List<SeenSpan> spans, String name) {
    assertThat(spans).filteredOn(span -> span.name().startsWith(name)).as(name).hasSize(1);
    return spans.stream().filter(span -> span.name().startsWith(name)).findFirst().orElseThrow();
  }

  /** The request and the stage that was cut short say why; what had ended well by then did. */
  private static void assertEndedBy(List<SeenSpan> spans, String errorType) {
    SeenSpan request = one(spans, "text_completion");
    assertThat(request.failed()).isTrue();
    assertThat(request.attributes()).containsEntry("error.type", errorType);
    SeenSpan decode = one(spans, "decode_forward");
    assertThat(decode.failed()).isTrue();
    assertThat(one(spans, "prefill_forward").failed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "ngram"})
  void aFailureEndsThemAll(String method) throws Exception {
    try (Collector collector = new Collector(Manner.TAKES)) {
      try (TracedServer server =
          serve(collector, options -> options.backend(BreakableBackend.NAME))) {
        BreakableBackend.breakAfter(5);
        HttpResponse<String> answer =
            server.send(TracedServer.body(method, 3, 40), 3, "traceparent", TRACEPARENT);
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(server.complete(method, 0).at("/usage/completion_tokens").asInt()).isEqualTo(40);
      }
      List<SeenSpan> spans = request(collector);
      assertEndedBy(spans, "error");
      assertThat(one(spans, "POST ").failed()).isTrue();
      assertThat(one(spans, "POST ").number("http.response.status_code")).isEqualTo(500);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "ngram"})
  void aClientThatGoesAwayEndsThemAll(String method) throws Exception {
    try (Collector collector = new Collector(Manner.TAKES)) {
      try (TracedServer server = serve(collector, options -> options)) {
        String body =
            TracedServer.body(method, 3, 900)
                .replace("\"trace_level\"", "\"stream\": true, \"trace_level\"");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
          String head =
              "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nX-Trace-Level: 3\r\ntraceparent: "
                  + TRACEPARENT
                  + "\r\nContent-Type: application/json\r\nContent-Length: "
                  + body.getBytes(UTF_8).length
                  + "\r\n\r\n";
          socket.getOutputStream().write((head + body).getBytes(UTF_8));
          var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
          String line = lines.readLine();
          while (!line.startsWith("data: ")) {
            line = lines.readLine();
          }
          socket.setSoLinger(true, 0); // a reset: nothing more is taken
        }
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> server.metric("updraft_running_sequences") == 0);
        assertThat(server.metric("updraft_pages_used")).isZero();
      }
      List<SeenSpan> spans = request(collector);
      assertEndedBy(spans, "abort");
      assertThat(one(spans, "POST ").failed()).isTrue();
    }
  }

  @Test
  void shutdownEndsThemAllAndSendsThem() throws Exception {
    try (Collector collector = new Collector(Manner.TAKES);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<HttpResponse<String>> answer;
      try (TracedServer server = serve(collector, options -> options)) {
        answer =
            threads.submit(
                () -> server.send(TracedServer.body("off", 3, 900), 3, "traceparent", TRACEPARENT));
        await() // a tenth of a second is all that a fast machine takes for it
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(1))
            .until(() -> server.metric("updraft_generated_tokens_total") > 0);
        server.stop();
        assertThat(answer.get().statusCode()).isEqualTo(503);
      }
      List<SeenSpan> spans = request(collector);
      assertEndedBy(spans, "abort");
      assertThat(one(spans, "POST ").number("http.response.status_code")).isEqualTo(503);
    }
  }

  /** Two requests that do not fit together: one makes room for the other and starts again. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "ngram"})
  void aPreemptionEndsStagesWithoutError(String method) throws Exception {
    try (Collector collector = new Collector(Manner.TAKES);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int tokens = 400;
      try (TracedServer server =
          serve(collector, options -> options.keyValueTokens(512).prefixCache(false))) {
        List<Future<HttpResponse<String>>> answers =
            List.of("1", "2").stream()
                .map(
                    digit ->
                        threads.submit(
                            () ->
                                server.send(
                                    TracedServer.body(method, 3, tokens),
                                    3,
                                    "traceparent",
                                    TRACEPARENT.replace(CALLER, digit.repeat(16)))))
                .toList();
        for (Future<HttpResponse<String>> answer : answers) {
          assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(200);
        }
        assertThat(server.metric("updraft_preemptions_total")).isPositive();
      }
      List<SeenSpan> spans =
          collector.spans.stream().filter(span -> span.trace().equals(TRACE)).toList();
      assertThat(spans).noneMatch(SeenSpan::failed);
      assertThat(spans)
          .filteredOn(span -> "preempted".equals(span.attributes().get("updraft.end_reason")))
          .isNotEmpty();
      assertThat(spans)
          .filteredOn(span -> span.name().startsWith("text_completion"))
          .anySatisfy(span -> assertThat(span.number("updraft.preemptions")).isPositive());
      assertThat(spans)
          .filteredOn(span -> span.name().equals("prefill_waiting"))
          .hasSizeGreaterThan(2);
    }
  }
}
