package updraft.trace;

import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import org.jspecify.annotations.Nullable;

/**
 * Rounds whose spans are still to be made. A forward leaves the caches full of weights, so the
 * first span after it is dear, 7 µs where the next ones take a fraction of one: they are made
 * sixteen rounds at a time. Nobody waits longer for it, since an exporter sends batches anyway.
 */
final class PendingRounds {
  private static final int CAPACITY = 32;
  private static final int WIDTH = 5;

  private final LeafSpan span;
  private final long epochOffset;
  private final int choice;

  /**
   * A stage a row, so that noting one touches few cache lines: start, end, and numbers in pairs. Of
   * a draft round, drafted, nodes, depth; of a verification round, accepted, drafted, rows, batch.
   */
  private final long[] rows = new long[CAPACITY * WIDTH];

  /** Of drafts; null for verifications. */
  private final @Nullable String[] methods = new @Nullable String[CAPACITY];

  private final @Nullable DeviceCost[] devices = new @Nullable DeviceCost[CAPACITY];

  private int count;
  private @Nullable Context parent;

  PendingRounds(LeafSpan span, long epochOffset, int choice) {
    this.span = span;
    this.epochOffset = epochOffset;
    this.choice = choice;
  }

  static boolean takes(Stage stage) {
    return stage == Stage.SPEC_DRAFT || stage == Stage.SPEC_VERIFY;
  }

  boolean isFull() {
    return count == CAPACITY;
  }

  /** Whether it holds children of another span. */
  boolean isBelowAnother(Context newParent) {
    return count > 0 && parent != newParent;
  }

  /** A stage that has ended, below a span that is open. */
  void add(RequestTimes times, Stage stage, long endNanos, Context below) {
    Rounds rounds = times.rounds();
    boolean draft = stage == Stage.SPEC_DRAFT;
    int at = count * WIDTH;
    rows[at] = times.startNanos(stage) + epochOffset;
    rows[at + 1] = endNanos + epochOffset;
    rows[at + 2] = pair(rounds.number(), draft ? rounds.draftedTokens() : rounds.acceptedTokens());
    rows[at + 3] =
        draft ? pair(rounds.nodes(), rounds.depth()) : pair(rounds.draftedTokens(), rounds.rows());
    rows[at + 4] = rounds.batchSize();
    methods[count] = draft ? rounds.method() : null;
    devices[count] = rounds.device();
    parent = below;
    count++;
  }

  private static long pair(int high, int low) {
    return (long) high << 32 | low;
  }

  /**
   * Makes the spans.
   *
   * @param wanted whether anybody links to them
   * @return the last verification's, or null if there was none or none was wanted
   */
  @Nullable SpanContext flush(boolean wanted) {
    SpanContext verified = null;
    Context below = parent;
    for (int i = 0; i < count && below != null; i++) {
      int at = i * WIDTH;
      int round = high(at + 2);
      String method = methods[i];
      Stage stage = method == null ? Stage.SPEC_VERIFY : Stage.SPEC_DRAFT;
      span.begin(stage.spanName(), below, rows[at]);
      span.number(SpanKeys.CHOICE, choice);
      if (method != null) {
        StageAttributes.draft(
            span, round, method, low(at + 2), high(at + 3), low(at + 3), devices[i]);
      } else {
        int batch = low(at + 4);
        StageAttributes.verification(
            span, round, low(at + 2), high(at + 3), low(at + 3), batch, devices[i]);
      }
      span.end(rows[at + 1]);
      if (wanted && method == null) {
        verified = span.context();
      }
    }
    count = 0;
    return verified;
  }

  private int high(int at) {
    return (int) (rows[at] >> 32);
  }

  private int low(int at) {
    return (int) rows[at];
  }
}
