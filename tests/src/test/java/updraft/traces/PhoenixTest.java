package updraft.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Spans sent to Arize Phoenix, a trace store for applications of language models, and read back
 * through its own interface.
 */
@Tag("collector")
class PhoenixTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  @Test
  void phoenixHasEverySpanOfEveryMethod() throws IOException, InterruptedException {
    Optional<Path> command = command();
    assumeTrue(
        command.isPresent(), "phoenix is not on the PATH: pip install arize-phoenix==20.26.1");
    int port = freePort();
    Process phoenix = start(command.get(), port);
    try (HttpClient client = HttpClient.newHttpClient()) {
      String store = "http://127.0.0.1:" + port;
      await().atMost(PATIENCE).ignoreExceptions().until(() -> status(client, store) == 200);
      Map<String, Integer> tokens = new HashMap<>();
      Map<String, String> traces = new HashMap<>();
      try (TracedServer server = new TracedServer(folder, store, Map.of())) {
        server.complete("ngram", 0);
        for (String method : List.of("off", "ngram", "auto")) {
          String trace = "%032x".formatted(1 + method.hashCode() & 0xffffffffL);
          JsonNode answer =
              server.complete(method, 2, "traceparent", "00-" + trace + "-b7ad6b7169203331-01");
          traces.put(method, trace);
          tokens.put(method, answer.at("/usage/completion_tokens").asInt());
        }
      }
      for (String method : traces.keySet()) {
        String trace = Objects.requireNonNull(traces.get(method));
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    SpanRules.check(
                        spans(client, store, trace),
                        method,
                        2,
                        Objects.requireNonNull(tokens.get(method))));
      }
      assertThat(spans(client, store, "0")).isEmpty();
    } finally {
      phoenix.destroy();
      phoenix.waitFor();
    }
  }

  private static Optional<Path> command() {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, "phoenix"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Process start(Path command, int port) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command.toString(), "serve")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("phoenix.log").toFile());
    Map<String, String> environment = builder.environment();
    environment.put("PHOENIX_WORKING_DIR", folder.toString());
    environment.put("PHOENIX_HOST", "127.0.0.1");
    environment.put("PHOENIX_PORT", Integer.toString(port));
    environment.put("PHOENIX_GRPC_PORT", Integer.toString(freePort()));
    environment.put("PHOENIX_TELEMETRY_ENABLED", "false");
    return builder.start();
  }

  private static int status(HttpClient client, String store)
      throws IOException, InterruptedException {
    return get(client, store + "/healthz").statusCode();
  }

  private static List<SeenSpan> spans(HttpClient client, String store, String trace)
      throws IOException, InterruptedException {
    String answer = get(client, store + "/v1/projects/default/spans?limit=1000").body();
    List<SeenSpan> spans = new ArrayList<>();
    for (JsonNode span : JsonMapper.shared().readTree(answer).path("data")) {
      if (span.at("/context/trace_id").asString().equals(trace)) {
        spans.add(seen(span));
      }
    }
    return spans;
  }

  private static SeenSpan seen(JsonNode span) {
    Map<String, Object> attributes = new HashMap<>();
    span.path("attributes")
        .properties()
        .forEach(
            entry ->
                attributes.put(
                    entry.getKey(),
                    entry.getValue().isNumber()
                        ? entry.getValue().numberValue()
                        : entry.getValue().asString("")));
    return new SeenSpan(
        span.at("/context/trace_id").asString(),
        span.at("/context/span_id").asString(),
        span.path("parent_id").asString(""),
        span.path("name").asString(),
        nanos(span.path("start_time").asString()),
        nanos(span.path("end_time").asString()),
        span.path("status_code").asString().equals("ERROR"),
        attributes,
        0);
  }

  private static long nanos(String time) {
    Instant instant = Instant.parse(time.replace("+00:00", "Z"));
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  private static HttpResponse<String> get(HttpClient client, String uri)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create(uri)).timeout(Duration.ofSeconds(30)).build(),
        BodyHandlers.ofString());
  }
}
