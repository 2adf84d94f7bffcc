package updraft.record;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records one choice of a request while it is served. Told of a round in the order in which it
 * happens: {@link #plan}, {@link #verified}, {@link #step}; of stages as they end. Bounded: what
 * comes after {@link #MAX_ROUNDS} is counted alone. Engine thread only.
 */
public final class ChoiceRecording {
  /** Some minutes of an answer; about 2 MB with drafts of 24 nodes. */
  public static final int MAX_ROUNDS = 2048;

  /** Five stages a round, and the few before. */
  private static final int MAX_SPANS = 6 * MAX_ROUNDS;

  private static final TreeRecord NONE =
      new TreeRecord(new int[0], new int[0], new float[0], new float[0]);

  private final int choice;

  /** Of the request, on the clock that stamps its stages. */
  private final long startNanos;

  private final List<RoundRecord> rounds = new ArrayList<>();
  private final List<SpanRecord> spans = new ArrayList<>();
  private int omittedRounds;
  private double[] curve = {};
  private int[] tokens = {};

  // the round that is going on
  private DraftState state = DraftState.OFF;
  private TreeRecord offered = NONE;
  private @Nullable Verified verified;
  private long draftStart;
  private long draftNanos;
  private long verifyStart;
  private long verifyNanos;

  public ChoiceRecording(int choice, long startNanos) {
    this.choice = choice;
    this.startNanos = startNanos;
  }

  /** What verification found, until the step's costs and the drafter's catching up are known. */
  private record Verified(
      int position, String method, TreeRecord tree, boolean[] accepted, int bonus, int batchSize) {}

  /** A round begins without a draft. */
  public void plan(DraftState why) {
    state = why;
    offered = NONE;
    draftStart = 0;
    draftNanos = 0;
  }

  /** A round begins with what the drafter proposed; what becomes of it, {@link #decided} tells. */
  public void plan(TreeRecord tree) {
    plan(DraftState.NOTHING_FOUND);
    offered = tree;
  }

  /** The draft budget has decided on what was offered. */
  public void decided(DraftState outcome) {
    state = outcome;
  }

  /** Whether the round that goes on will be kept. */
  public boolean keeps() {
    return rounds.size() < MAX_ROUNDS;
  }

  /**
   * The tree has been walked.
   *
   * @param position of the root
   * @param accepted by node
   * @param bonus or -1
   */
  public void verified(
      int position, String method, TreeRecord tree, boolean[] accepted, int bonus, int batchSize) {
    if (state.verifies() && tree.size() <= 1) {
      state = DraftState.NO_ROOM;
    }
    verified = new Verified(position, method, tree, accepted, bonus, batchSize);
  }

  /** The tree of the round that was verified in this step, or null. */
  public @Nullable TreeRecord verifiedTree() {
    return verified == null ? null : verified.tree();
  }

  /**
   * The round's step has been computed: completes the round but for {@code extend}.
   *
   * @param targetProbabilities by node of {@link #verifiedTree}
   */
  public void step(StepCost cost, float[] targetProbabilities) {
    Verified v = verified;
    if (v == null) {
      return; // verification failed
    }
    verified = null;
    if (!keeps()) {
      omittedRounds++;
      return;
    }
    rounds.add(
        new RoundRecord(
            choice,
            rounds.size() + 1,
            v.method(),
            state,
            v.position(),
            offered.size() == 0 ? v.tree() : offered,
            v.tree(),
            targetProbabilities,
            v.accepted(),
            v.bonus(),
            v.batchSize(),
            draftStart,
            draftNanos,
            verifyStart,
            verifyNanos,
            0,
            cost));
  }

  public void drafted(long start, long end) {
    draftStart = start - startNanos;
    draftNanos = end - start;
  }

  public void verified(long start, long end) {
    verifyStart = start - startNanos;
    verifyNanos = end - start;
  }

  /** The drafter has caught up with the round that was recorded last. */
  public void extended(long start, long end) {
    if (!rounds.isEmpty() && omittedRounds == 0) {
      rounds.add(rounds.removeLast().withExtendNanos(end - start));
    }
  }

  /**
   * A stage has ended.
   *
   * @param round that it belongs to, or 0
   * @param attributes by name; copied
   */
  public void span(String name, int round, long start, long end, Map<String, Object> attributes) {
    if (spans.size() < MAX_SPANS) {
      spans.add(
          new SpanRecord(
              name,
              choice,
              round,
              start - startNanos,
              end - start,
              new LinkedHashMap<>(attributes)));
    }
  }

  /**
   * The choice has ended.
   *
   * @param secondsByRows the cost curve as it is now, of 1, 2, … rows
   * @param sequence its tokens, those of the prompt included
   */
  public void ended(double[] secondsByRows, int[] sequence) {
    curve = secondsByRows;
    tokens = sequence;
  }

  /** What was recorded of a request's choices. */
  public static RequestDetail detail(List<ChoiceRecording> choices) {
    List<RoundRecord> rounds = new ArrayList<>();
    List<SpanRecord> spans = new ArrayList<>();
    List<int[]> tokens = new ArrayList<>();
    int omitted = 0;
    double[] curve = {};
    for (ChoiceRecording recording : choices) {
      rounds.addAll(recording.rounds);
      spans.addAll(recording.spans);
      tokens.add(recording.tokens);
      omitted += recording.omittedRounds;
      curve = recording.curve.length > 0 ? recording.curve : curve;
    }
    return new RequestDetail(spans, rounds, omitted, Explainer.explain(rounds, curve, tokens));
  }
}
