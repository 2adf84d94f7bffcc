package updraft.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerSpansTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");

  @TempDir Path folder;
  private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
  private TestServer server;

  @BeforeEach
  void start() {
    OpenTelemetrySdk telemetry =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                    .build())
            .build();
    server =
        TestServer.start(
            folder, options -> options.openTelemetry(telemetry).traceLevel(2), options -> options);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> send(String path, String body, String... headers) {
    var request =
        server
            .request(path)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body));
    return server.send((headers.length == 0 ? request : request.headers(headers)).build());
  }

  private SpanData span(String name) {
    await()
        .until(
            () ->
                exporter.getFinishedSpanItems().stream()
                    .anyMatch(span -> span.getName().equals(name)));
    return exporter.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void theServerSpanIsBetweenTheCallerAndTheRequest() {
    send(
        "/v1/chat/completions",
        "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}], \"max_tokens\": 3}",
        "traceparent",
        "00-" + TRACE + "-" + PARENT + "-01");

    SpanData outer = span("POST /v1/chat/completions");
    assertThat(outer.getKind()).isEqualTo(SpanKind.SERVER);
    assertThat(outer.getTraceId()).isEqualTo(TRACE);
    assertThat(outer.getParentSpanId()).isEqualTo(PARENT);
    assertThat(outer.getAttributes().get(STATUS)).isEqualTo(200);
    assertThat(outer.getAttributes().get(AttributeKey.stringKey("http.route")))
        .isEqualTo("/v1/chat/completions");
    SpanData inner = span("chat " + TestServer.MODEL);
    assertThat(inner.getKind()).isEqualTo(SpanKind.INTERNAL);
    assertThat(inner.getParentSpanId()).isEqualTo(outer.getSpanId());
    assertThat(inner.getStartEpochNanos()).isGreaterThanOrEqualTo(outer.getStartEpochNanos());
    assertThat(inner.getEndEpochNanos()).isLessThanOrEqualTo(outer.getEndEpochNanos());
    assertThat(span("tokenize").getParentSpanId()).isEqualTo(inner.getSpanId());
    assertThat(span("decode_forward").getParentSpanId()).isEqualTo(inner.getSpanId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "garbage",
        "00-0-0-01",
        "00-00000000000000000000000000000000-0000000000000000-01"
      })
  void aMalformedTraceparentBeginsANewTrace(String header) {
    HttpResponse<String> response =
        send("/v1/completions", "{\"prompt\": \"a\"}", "traceparent", header);

    assertThat(response.statusCode()).isEqualTo(200);
    SpanData outer = span("POST /v1/completions");
    assertThat(outer.getParentSpanContext().isValid()).isFalse();
    assertThat(span("text_completion " + TestServer.MODEL).getParentSpanId())
        .isEqualTo(outer.getSpanId());
  }

  @Test
  void aRefusalIsNotTheServersError() {
    send("/v1/completions", "{\"prompt\": 5}");

    SpanData outer = span("POST /v1/completions");
    assertThat(outer.getAttributes().get(STATUS)).isEqualTo(400);
    assertThat(outer.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void aFailureIs() {
    server.backend.throwAfter(0);
    send("/v1/completions", "{\"prompt\": \"a\"}");

    SpanData outer = span("POST /v1/completions");
    assertThat(outer.getAttributes().get(STATUS)).isEqualTo(500);
    assertThat(outer.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(outer.getStatus().getDescription()).isEqualTo("forward failed on purpose");
  }

  @Test
  void aFailureWithinAStreamIsToo() {
    server.backend.throwAfter(4);
    send("/v1/completions", "{\"prompt\": \"a\", \"ignore_eos\": true, \"stream\": true}");

    SpanData outer = span("POST /v1/completions");
    assertThat(outer.getAttributes().get(STATUS)).isEqualTo(200);
    assertThat(outer.getStatus().getDescription()).isEqualTo("forward failed on purpose");
  }

  @Test
  void aRequestMayAskNotToBeTraced() {
    send("/v1/completions", "{\"prompt\": \"a\"}", "X-Trace-Level", "0");

    await().untilAsserted(() -> assertThat(server.metric("updraft_running_sequences")).isZero());
    assertThat(exporter.getFinishedSpanItems())
        .noneMatch(span -> span.getName().contains("completion"));
  }
}
