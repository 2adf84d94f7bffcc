package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.UnixOperatingSystemMXBean;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Sixty-four streams at once over the model that comes with Updraft, traced at level 3: no error,
 * fair progress, nothing left behind. A few seconds of it in every build; as long as {@code
 * -Dupdraft.test.soak.seconds} says under its tag.
 */
class SoakTest {
  private static final Logger LOG = System.getLogger(SoakTest.class.getName());
  private static final Path MODEL = Path.of("../models/java-5m.gguf");
  private static final int STREAMS = 64;

  private final SpanCounts spans = new SpanCounts();

  /** Spans that were started and ended: a difference is a leak. */
  private static final class SpanCounts implements SpanProcessor {
    final LongAdder started = new LongAdder();
    final LongAdder ended = new LongAdder();

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      started.increment();
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      ended.increment();
    }

    @Override
    public boolean isEndRequired() {
      return true;
    }
  }

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  @Test
  void sixtyFourStreamsForAFewSeconds() throws Exception {
    soak(3); // too short to tell who is slow
  }

  @Test
  @Tag("soak")
  void sixtyFourStreamsForMinutes() throws Exception {
    long[] tokens = soak(Long.getLong("updraft.test.soak.seconds", 300));
    for (boolean structured : new boolean[] {false, true}) { // answers of a kind are as long
      long[] alike =
          IntStream.range(0, STREAMS)
              .filter(stream -> isStructured(stream) == structured)
              .mapToLong(stream -> tokens[stream])
              .sorted()
              .toArray();
      assertThat(alike[0]).isGreaterThanOrEqualTo(alike[alike.length / 2] / 2);
    }
  }

  private static boolean isStructured(int stream) {
    return stream % 4 == 0;
  }

  /** Tokens that each stream got. */
  private long[] soak(long seconds) throws Exception {
    OpenTelemetry openTelemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder().addSpanProcessor(spans).build())
            .build();
    try (TestServer server =
        TestServer.over(
            MODEL,
            engine ->
                engine
                    .maxSequences(STREAMS)
                    .keyValueTokens(64 * 256)
                    .openTelemetry(openTelemetry)
                    .traceLevel(3),
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
                assertThat(spans.ended.sum()).isEqualTo(spans.started.sum());
              });
      long[] sorted = tokens.clone();
      Arrays.sort(sorted);
      String told =
          "soak: %d s, tokens of the slowest, median and fastest stream %d, %d, %d; pages %.0f to"
              + " %.0f, threads %d to %d, descriptors %d to %d, spans started %d, ended %d";
      LOG.log(
          Level.INFO,
          told.formatted(
              seconds,
              sorted[0],
              sorted[STREAMS / 2],
              sorted[STREAMS - 1],
              pages,
              server.metric("updraft_pages_used"),
              threads,
              threads(),
              descriptors,
              descriptors(),
              spans.started.sum(),
              spans.ended.sum()));
      return tokens;
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
        isStructured(stream)
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
