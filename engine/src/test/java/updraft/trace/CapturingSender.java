package updraft.trace;

import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A collector within the process: decodes what it gets and answers with one status. */
final class CapturingSender implements HttpSender {
  final List<ExportTraceServiceRequest> requests = new CopyOnWriteArrayList<>();

  /** What the next requests are answered with; negative for no answer at all. */
  volatile int status = 200;

  List<Span> spans() {
    return requests.stream()
        .flatMap(request -> request.getResourceSpansList().stream())
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  @Override
  public void send(
      MessageWriter message, Consumer<HttpResponse> answered, Consumer<Throwable> failed) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      message.writeMessage(bytes);
      if (bytes.size() != message.getContentLength()) {
        throw new IOException("length " + bytes.size() + ", said " + message.getContentLength());
      }
      requests.add(ExportTraceServiceRequest.parseFrom(bytes.toByteArray()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    switch (status) {
      case -1 -> {}
      case 0 -> failed.accept(new IOException("cut"));
      default -> answered.accept(new Answer(status));
    }
  }

  private record Answer(int code) implements HttpResponse {
    @Override
    public int getStatusCode() {
      return code;
    }

    @Override
    public String getStatusMessage() {
      return "";
    }

    @Override
    public byte[] getResponseBody() {
      return new byte[0];
    }
  }

  @Override
  public CompletableResultCode shutdown() {
    return CompletableResultCode.ofSuccess();
  }
}
