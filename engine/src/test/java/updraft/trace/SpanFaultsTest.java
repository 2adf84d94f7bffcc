package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import updraft.request.FinishReason;

/** What goes wrong behind a span stays there. */
class SpanFaultsTest {
  @Test
  void aProcessorThatThrowsAtAnEndDoesNotReachTheEngine() {
    ThrowingProcessor processor = new ThrowingProcessor(false, true);
    List<LogRecord> log = new ArrayList<>();
    try (TraceHarness t = new TraceHarness(3, b -> b.addSpanProcessor(processor));
        Listening listening = new Listening(log)) {
      RequestTrace trace = t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      assertThat(trace.speculation(1).accepted()).isEqualTo(2);
      assertThat(t.tracing.failures()).isEqualTo(processor.calls).isGreaterThan(10);
      t.assertWhole();
    }
    assertThat(log)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getMessage())
                  .isEqualTo(
                      "A span processor failed; the engine goes on, later failures are only"
                          + " counted");
              assertThat(entry.getThrown()).hasMessage("full disk");
            });
  }

  @Test
  void aProcessorThatThrowsAtAStartCostsTheRequestItsTrace() {
    ThrowingProcessor processor = new ThrowingProcessor(true, false);
    List<LogRecord> log = new ArrayList<>();
    try (TraceHarness t = new TraceHarness(3, b -> b.addSpanProcessor(processor));
        Listening listening = new Listening(log)) {
      RequestTrace trace = t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      assertThat(trace.speculation(1).accepted()).isEqualTo(2);
      assertThat(t.tracing.failures()).isEqualTo(1);
      assertThat(t.spans()).isEmpty();
    }
  }

  @Test
  void roundsStayInTheTraceOfAStageThatCouldNotBeStarted() {
    ThrowingProcessor processor =
        new ThrowingProcessor(true, false) {
          @Override
          public void onStart(Context parent, ReadWriteSpan span) {
            if (span.getName().equals("decode_forward")) {
              super.onStart(parent, span);
            }
          }
        };
    try (TraceHarness t = new TraceHarness(2, b -> b.addSpanProcessor(processor));
        Listening listening = new Listening(new ArrayList<>())) {
      t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      assertThat(t.spans("spec_verify"))
          .hasSize(2)
          .extracting(SpanData::getParentSpanId)
          .containsOnly(t.span("text_completion tiny").getSpanId());
      assertThat(t.spans("decode_forward")).isEmpty();
    }
  }

  @Test
  void anExporterThatHangsHoldsUpNothing() {
    CountDownLatch hanging = new CountDownLatch(1);
    BatchSpanProcessor batches =
        BatchSpanProcessor.builder(new HangingExporter(hanging))
            .setMaxQueueSize(16)
            .setMaxExportBatchSize(1)
            .build();
    try (TraceHarness t = new TraceHarness(3, b -> b.addSpanProcessor(batches))) {
      for (int i = 0; i < 20; i++) {
        t.serve(TraceHarness.request().build(), FinishReason.STOP, null);
      }
      assertThat(t.spans("text_completion tiny")).hasSize(20); // the other exporter has them all
      hanging.countDown();
    }
  }

  private static class ThrowingProcessor implements SpanProcessor {
    private final boolean atStart;
    private final boolean atEnd;
    int calls;

    ThrowingProcessor(boolean atStart, boolean atEnd) {
      this.atStart = atStart;
      this.atEnd = atEnd;
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      calls++;
      throw new IllegalStateException("full disk");
    }

    @Override
    public boolean isStartRequired() {
      return atStart;
    }

    @Override
    public void onEnd(ReadableSpan span) {
      calls++;
      throw new IllegalStateException("full disk");
    }

    @Override
    public boolean isEndRequired() {
      return atEnd;
    }
  }

  private static final class HangingExporter implements SpanExporter {
    private final CountDownLatch released;

    HangingExporter(CountDownLatch released) {
      this.released = released;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  /** Collects what the emitter logs, and keeps it from the console. */
  private static final class Listening extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger(SpanEmitter.class.getName());
    private final List<LogRecord> log;

    Listening(List<LogRecord> log) {
      this.log = log;
      logger.addHandler(this);
      logger.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord entry) {
      log.add(entry);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
      logger.setUseParentHandlers(true);
    }
  }
}
