package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.sdk.resources.Resource;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpanQueueTest {
  private static final Duration LONG = Duration.ofHours(1);

  private final CapturingSender sender = new CapturingSender();

  private SpanQueue queue(int spans, int batch, Duration delay) {
    return new SpanQueue(
        sender, OtlpResource.encode(Resource.empty()), new SpanQueue.Limits(spans, batch, delay));
  }

  private static void add(SpanQueue queue, int count) {
    ProtobufWriter span = new ProtobufWriter(16);
    span.text(5, "span");
    for (int i = 0; i < count; i++) {
      queue.add(span.array(), span.size());
    }
  }

  @Test
  void closingSendsWhatIsLeft() {
    SpanQueue queue = queue(100, 10, LONG);
    add(queue, 25);
    queue.close(Duration.ofSeconds(30));
    assertThat(sender.spans()).hasSize(25);
    assertThat(sender.requests).hasSize(3);
    assertThat(queue.exported()).isEqualTo(25);
    assertThat(queue.queued()).isZero();
    add(queue, 1);
    assertThat(queue.dropped()).isEqualTo(1);
  }

  @Test
  void aFullBatchGoesAtOnceAndAPartOfOneAfterTheDelay() {
    SpanQueue patient = queue(100, 10, LONG);
    add(patient, 10);
    await().until(() -> patient.exported() == 10);
    SpanQueue hasty = queue(100, 10, Duration.ofMillis(1));
    add(hasty, 3);
    await().until(() -> hasty.exported() == 3);
    patient.close(Duration.ZERO);
    hasty.close(Duration.ZERO);
  }

  @Test
  void oneThatNeverAnswersFillsTheQueueAndHoldsUpNobody() {
    sender.status = -1;
    SpanQueue queue = queue(16, 8, LONG);
    add(queue, 100);
    assertThat(queue.dropped()).isEqualTo(84);
    assertThat(queue.queued()).isEqualTo(16);
    queue.close(Duration.ofMillis(1));
    await().until(() -> queue.failed() == 16);
    assertThat(queue.exported()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 400, 503})
  void whatCannotBeDeliveredIsCountedAndTheRestGoesOn(int status) {
    sender.status = status;
    SpanQueue queue = queue(100, 10, LONG);
    add(queue, 10);
    await().until(() -> queue.failed() == 10);
    sender.status = 200;
    add(queue, 5);
    queue.close(Duration.ofSeconds(30));
    assertThat(queue.exported()).isEqualTo(5);
    assertThat(queue.failed()).isEqualTo(10);
  }
}
