package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import updraft.request.FinishReason;

class OpenTelemetrySetupTest {
  @Test
  void withoutAnExporterNothingIsExported() {
    for (Map<String, String> environment :
        List.of(
            Map.<String, String>of(),
            Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://x"),
            Map.of("OTEL_SDK_DISABLED", "true", "OTEL_TRACES_EXPORTER", "otlp"),
            Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", " "))) {
      try (OpenTelemetrySetup setup = OpenTelemetrySetup.of(environment)) {
        assertThat(setup.openTelemetry()).isSameAs(OpenTelemetry.noop());
        assertThat(setup.defaultLevel()).isZero();
      }
    }
  }

  @Test
  void exportsProtobufToTheEndpoint() throws IOException {
    List<String> types = new CopyOnWriteArrayList<>();
    List<String> bodies = new CopyOnWriteArrayList<>();
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    collector.createContext(
        "/v1/traces",
        exchange -> {
          types.add(exchange.getRequestHeaders().getFirst("Content-Type"));
          bodies.add(
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    collector.start();
    try {
      String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort();
      try (OpenTelemetrySetup setup =
          OpenTelemetrySetup.of(
              Map.of(
                  "OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_BSP_SCHEDULE_DELAY", "3600000"))) {
        assertThat(setup.defaultLevel()).isEqualTo(2);
        TraceHarness t = new TraceHarness(setup.openTelemetry(), setup.defaultLevel());
        t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      }
      assertThat(types) // the SDK's spans, and those of rounds
          .containsExactly("application/x-protobuf", "application/x-protobuf");
      assertThat(String.join("", bodies))
          .contains("updraft")
          .contains("text_completion tiny")
          .contains("spec_verify")
          .contains("accepted_tokens")
          .doesNotContain("secret");
    } finally {
      collector.stop(0);
    }
  }

  @Test
  void refusesAProtocolThatItCannotSpeak() {
    assertThatThrownBy(
            () ->
                OpenTelemetrySetup.of(
                    Map.of("OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf: OTEL_EXPORTER_OTLP_PROTOCOL=grpc");
  }

  @Test
  void refusesSettingsThatTheSdkDoesNotUnderstand() {
    assertThatThrownBy(
            () ->
                OpenTelemetrySetup.of(
                    Map.of(
                        "OTEL_TRACES_EXPORTER", "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT", "ftp:/x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("OTEL_* variables cannot be followed: ")
        .hasMessageContaining("scheme must be http or https");
    assertThatThrownBy(() -> OpenTelemetrySetup.of(Map.of("OTEL_TRACES_EXPORTER", "nowhere")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("OTEL_* variables cannot be followed: ")
        .hasMessageContaining("nowhere");
  }
}
