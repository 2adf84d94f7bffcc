package updraft.trace;

import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Encoded spans on their way to the collector, in batches by a thread of its own. One that hangs
 * fills the queue, and what no longer fits is dropped and counted: adding never waits for it.
 * Thread-safe.
 */
final class SpanQueue {
  private static final byte[] SCOPE = scope();

  private final HttpSender sender;
  private final byte[] resource;
  private final Limits limits;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition due = lock.newCondition();
  private final Deque<Batch> full = new ArrayDeque<>();
  private final Deque<Batch> unused = new ArrayDeque<>();
  private Batch current = new Batch();
  private int queued;
  private boolean closing;

  private final AtomicLong exported = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong dropped = new AtomicLong();
  private final Thread thread;

  /**
   * As the SDK's batch processor has them.
   *
   * @param spans most that wait
   * @param batch most in a request
   * @param delay how long a span waits for others, at most
   */
  record Limits(int spans, int batch, Duration delay) {}

  /** Spans of one request to the collector: a {@code ScopeSpans}' fields. */
  private static final class Batch {
    final ProtobufWriter spans = new ProtobufWriter(1 << 12);
    int count;
  }

  /**
   * @param resource what makes the spans, as {@code ResourceSpans}' first field
   */
  SpanQueue(HttpSender sender, byte[] resource, Limits limits) {
    this.sender = sender;
    this.resource = resource;
    this.limits = limits;
    thread = new Thread(this::run, "otlp-exporter");
    thread.setDaemon(true);
    thread.start();
  }

  /** Adds a {@code Span} message, which is copied. */
  void add(byte[] span, int length) {
    lock.lock();
    try {
      if (queued >= limits.spans || closing) {
        dropped.incrementAndGet();
        return;
      }
      queued++;
      current.spans.bytes(2, span, length);
      if (++current.count >= limits.batch) {
        full.add(current);
        current = fresh();
        due.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    try {
      for (Batch batch = next(); batch != null; batch = next()) {
        boolean taken = send(batch);
        (taken ? exported : failed).addAndGet(batch.count);
        free(batch);
      }
    } catch (InterruptedException e) {
      failed.addAndGet(queued()); // shutting down has taken too long
    }
  }

  private void free(Batch batch) {
    lock.lock();
    try {
      queued -= batch.count;
      batch.spans.clear();
      batch.count = 0;
      unused.add(batch);
    } finally {
      lock.unlock();
    }
  }

  /** The next batch, or null when there will be none. */
  private @Nullable Batch next() throws InterruptedException {
    lock.lock();
    try {
      long left = limits.delay.toNanos();
      while (full.isEmpty() && !closing && (left > 0 || current.count == 0)) {
        left = left > 0 ? due.awaitNanos(left) : limits.delay.toNanos();
      }
      Batch batch = full.poll();
      if (batch == null && current.count > 0) {
        batch = current;
        current = fresh();
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private Batch fresh() {
    Batch batch = unused.poll();
    return batch == null ? new Batch() : batch;
  }

  /** Whether the collector took it; the sender tries again where that may help. */
  private boolean send(Batch batch) throws InterruptedException {
    CompletableFuture<HttpResponse> answer = new CompletableFuture<>();
    sender.send(new Message(batch.spans), answer::complete, answer::completeExceptionally);
    try {
      return answer.get().getStatusCode() / 100 == 2;
    } catch (ExecutionException e) {
      return false; // the SDK's exporter, whose spans go the same way, says so in the log
    }
  }

  /** Sends what is left, for so long at most; what comes later is dropped. */
  void close(Duration most) {
    lock.lock();
    try {
      closing = true;
      due.signal();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.join(most)) {
        thread.interrupt();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }

  /** Spans that the collector took. */
  long exported() {
    return exported.get();
  }

  /** Spans that could not be delivered. */
  long failed() {
    return failed.get();
  }

  /** Spans for which there was no room. */
  long dropped() {
    return dropped.get();
  }

  /** Spans that wait. */
  long queued() {
    lock.lock();
    try {
      return queued;
    } finally {
      lock.unlock();
    }
  }

  /** An {@code ExportTraceServiceRequest} of one resource and one scope. */
  private final class Message implements MessageWriter {
    private final ProtobufWriter head = new ProtobufWriter(resource.length + 32);
    private final ProtobufWriter spans;

    Message(ProtobufWriter spans) {
      this.spans = spans;
      int scopeSize = SCOPE.length + spans.size();
      head.begin(1, resource.length + 1 + ProtobufWriter.varintSize(scopeSize) + scopeSize);
      head.raw(resource, resource.length);
      head.begin(2, scopeSize);
      head.raw(SCOPE, SCOPE.length);
    }

    @Override
    public void writeMessage(OutputStream out) throws IOException {
      out.write(head.array(), 0, head.size());
      out.write(spans.array(), 0, spans.size());
    }

    @Override
    public int getContentLength() {
      return head.size() + spans.size();
    }
  }

  private static byte[] scope() {
    ProtobufWriter name = new ProtobufWriter(16);
    name.text(1, Tracing.SCOPE);
    ProtobufWriter scope = new ProtobufWriter(16);
    scope.message(1, name);
    return scope.toByteArray();
  }
}
