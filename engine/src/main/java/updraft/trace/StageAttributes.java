package updraft.trace;

import io.opentelemetry.api.common.AttributeKey;
import org.jspecify.annotations.Nullable;

/** What a stage's span says of it. */
final class StageAttributes {
  private StageAttributes() {}

  /** Where attributes go: a span, or a recording. */
  interface Sink {
    void number(AttributeKey<Long> key, long value);

    void text(AttributeKey<String> key, String value);
  }

  static void describe(RequestTimes times, Stage stage, Sink sink) {
    Rounds rounds = times.rounds();
    switch (stage) {
      case PREFILL_FORWARD -> {
        sink.number(SpanKeys.TOKENS, times.tokens(stage));
        sink.number(SpanKeys.CACHED_TOKENS, times.cachedTokens());
      }
      case DECODE_FORWARD, DECODE_LOOP, CHUNKED_PREFILL, SPEC_DRAFT_EXTEND ->
          sink.number(SpanKeys.TOKENS, times.tokens(stage));
      case SPEC_DRAFT ->
          draft(
              sink,
              rounds.number(),
              rounds.method(),
              rounds.draftedTokens(),
              rounds.nodes(),
              rounds.depth(),
              rounds.device());
      case SPEC_VERIFY ->
          verification(
              sink,
              rounds.number(),
              rounds.acceptedTokens(),
              rounds.draftedTokens(),
              rounds.rows(),
              rounds.batchSize(),
              rounds.device());
      case REQUEST, TOKENIZE, PREFILL_WAITING -> {}
    }
  }

  static void draft(
      Sink sink,
      int round,
      String method,
      int drafted,
      int nodes,
      int depth,
      @Nullable DeviceCost device) {
    sink.number(SpanKeys.ROUND, round);
    sink.text(SpanKeys.METHOD, method);
    sink.number(SpanKeys.DRAFTED_TOKENS, drafted);
    sink.number(SpanKeys.NODES, nodes);
    sink.number(SpanKeys.DEPTH, depth);
    describe(device, sink);
  }

  static void verification(
      Sink sink,
      int round,
      int accepted,
      int drafted,
      int rows,
      int batchSize,
      @Nullable DeviceCost device) {
    sink.number(SpanKeys.ROUND, round);
    sink.number(SpanKeys.ACCEPTED_TOKENS, accepted);
    sink.number(SpanKeys.DRAFTED_TOKENS, drafted);
    sink.number(SpanKeys.ROWS, rows);
    sink.number(SpanKeys.BATCH_SIZE, batchSize);
    describe(device, sink);
  }

  private static void describe(@Nullable DeviceCost device, Sink sink) {
    if (device != null) {
      sink.number(SpanKeys.DEVICE_LAUNCHES, device.launches());
      sink.number(SpanKeys.DEVICE_LAUNCH_TIME, device.launchNanos() / 1000);
      sink.number(SpanKeys.DEVICE_TRANSFER_TIME, device.transferNanos() / 1000);
      sink.number(SpanKeys.DEVICE_HOST_TIME, device.hostNanos() / 1000);
      sink.number(SpanKeys.DEVICE_BYTES_BACK, device.bytesBack());
    }
  }

  /** A round's number for stages of a round, else 0. */
  static int round(RequestTimes times, Stage stage) {
    return switch (stage) {
      case SPEC_DRAFT, SPEC_VERIFY, SPEC_DRAFT_EXTEND, DECODE_LOOP -> times.rounds().number();
      default -> 0;
    };
  }
}
