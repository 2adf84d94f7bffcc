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

  private final LeafSpan span;
  private final long epochOffset;
  private final int choice;

  private final Stage[] stages = new Stage[CAPACITY];
  private final long[] starts = new long[CAPACITY];
  private final long[] ends = new long[CAPACITY];
  private final String[] methods = new String[CAPACITY];
  private final @Nullable DeviceCost[] devices = new @Nullable DeviceCost[CAPACITY];

  /**
   * Of a draft: round, drafted, nodes, depth; of a verification: round, accepted, drafted, rows,
   * batch.
   */
  private final int[][] numbers = new int[CAPACITY][5];

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
    int at = count++;
    parent = below;
    stages[at] = stage;
    starts[at] = times.startNanos(stage) + epochOffset;
    ends[at] = endNanos + epochOffset;
    methods[at] = rounds.method();
    devices[at] = rounds.device();
    int[] of = numbers[at];
    of[0] = rounds.number();
    boolean draft = stage == Stage.SPEC_DRAFT;
    of[1] = draft ? rounds.draftedTokens() : rounds.acceptedTokens();
    of[2] = draft ? rounds.nodes() : rounds.draftedTokens();
    of[3] = draft ? rounds.depth() : rounds.rows();
    of[4] = rounds.batchSize();
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
      span.begin(stages[i].spanName(), below, starts[i]);
      span.number(SpanKeys.CHOICE, choice);
      int[] of = numbers[i];
      if (stages[i] == Stage.SPEC_DRAFT) {
        StageAttributes.draft(span, of[0], methods[i], of[1], of[2], of[3], devices[i]);
      } else {
        StageAttributes.verification(span, of[0], of[1], of[2], of[3], of[4], devices[i]);
      }
      span.end(ends[i]);
      if (wanted && stages[i] == Stage.SPEC_VERIFY) {
        verified = span.context();
      }
    }
    count = 0;
    return verified;
  }
}
