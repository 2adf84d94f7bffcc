package updraft.traces;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
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
  private static final Logger LOG = System.getLogger(PhoenixTest.class.getName());
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  /** A request that was answered. */
  private record Asked(String method, int level, String trace, int tokens) {}

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
      List<Asked> all = new ArrayList<>();
      try (TracedServer server = TracedServer.withHead(folder, store)) {
        all.addAll(ask(server, List.of("off", "ngram", "eagle", "ngram+eagle", "auto")));
      }
      try (TracedServer server = TracedServer.withDraftModel(folder, store)) {
        all.addAll(ask(server, List.of("draft")));
      }
      for (Asked one : all) {
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    SpanRules.check(
                        spans(client, store, one.trace()),
                        one.method(),
                        one.level(),
                        one.tokens()));
        LOG.log(
            Level.INFO,
            "phoenix has {0} spans of {1} at level {2}",
            spans(client, store, one.trace()).size(),
            one.method(),
            one.level());
      }
    } finally {
      phoenix.destroy();
      phoenix.waitFor();
    }
  }

  private static List<Asked> ask(TracedServer server, List<String> methods)
      throws IOException, InterruptedException {
    List<Asked> asked = new ArrayList<>();
    for (String method : methods) {
      server.complete(method, 0); // something to draft from
      for (int level = 0; level <= 3; level++) {
        String trace = "%032x".formatted((method.hashCode() & 0xffffffffL) * 4 + level + 1);
        JsonNode answer =
            server.complete(method, level, "traceparent", "00-" + trace + "-b7ad6b7169203331-01");
        asked.add(new Asked(method, level, trace, answer.at("/usage/completion_tokens").asInt()));
      }
    }
    return asked;
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
    String answer =
        get(client, store + "/v1/projects/default/spans?limit=1000&trace_id=" + trace).body();
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
