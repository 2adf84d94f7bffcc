package updraft.traces;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPInputStream;

/** An OTLP receiver over HTTP that decodes what it gets, or behaves badly. */
final class Collector implements AutoCloseable {
  enum Manner {
    TAKES,
    /** Has no time for the first two requests. */
    RECOVERS,
    HANGS,
    REFUSES,
    CUTS
  }

  final List<SeenSpan> spans = new CopyOnWriteArrayList<>();
  final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();
  final AtomicInteger requests = new AtomicInteger();
  private final Manner manner;
  private final HttpServer server;
  private final CountDownLatch released = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Collector(Manner manner) throws IOException {
    this.manner = manner;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/v1/traces", this::receive);
    server.setExecutor(threads);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void receive(HttpExchange exchange) throws IOException {
    byte[] body = body(exchange);
    Manner shown = manner == Manner.RECOVERS && requests.get() < 2 ? Manner.REFUSES : manner;
    requests.incrementAndGet();
    headers.add(Map.copyOf(exchange.getRequestHeaders()));
    switch (shown) {
      case TAKES, RECOVERS -> {
        ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().stream()
            .flatMap(resource -> resource.getScopeSpansList().stream())
            .flatMap(scope -> scope.getSpansList().stream())
            .map(Collector::seen)
            .forEach(spans::add);
        exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
      }
      case HANGS -> {
        try {
          released.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      case REFUSES -> {
        exchange.getResponseHeaders().add("Retry-After", "1");
        exchange.sendResponseHeaders(503, -1);
      }
      case CUTS -> {}
    }
    exchange.close();
  }

  private static byte[] body(HttpExchange exchange) throws IOException {
    String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
    try (InputStream in = exchange.getRequestBody();
        InputStream plain = encoding == null ? in : new GZIPInputStream(in)) {
      return plain.readAllBytes();
    }
  }

  private static SeenSpan seen(Span span) {
    HexFormat hex = HexFormat.of();
    Map<String, Object> attributes = new HashMap<>();
    for (KeyValue attribute : span.getAttributesList()) {
      attributes.put(attribute.getKey(), value(attribute.getValue()));
    }
    return new SeenSpan(
        hex.formatHex(span.getTraceId().toByteArray()),
        hex.formatHex(span.getSpanId().toByteArray()),
        hex.formatHex(span.getParentSpanId().toByteArray()),
        span.getName(),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        span.getStatus().getCode() == StatusCode.STATUS_CODE_ERROR,
        attributes,
        span.getLinksCount());
  }

  private static Object value(AnyValue value) {
    return switch (value.getValueCase()) {
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case STRING_VALUE -> value.getStringValue();
      default -> value.toString();
    };
  }

  @Override
  public void close() {
    released.countDown();
    server.stop(0);
    threads.close();
  }
}
