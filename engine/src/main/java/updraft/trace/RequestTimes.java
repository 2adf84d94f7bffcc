package updraft.trace;

import org.jspecify.annotations.Nullable;
import updraft.record.ChoiceRecording;
import updraft.request.FinishReason;
import updraft.request.SpeculationMethod;

/**
 * The stages of one choice of a request: {@link #start} stores a stamp, {@link #end} emits one
 * complete span and adds to the statistics and metrics. What a stage did is told before its end.
 *
 * <p>With tracing off only the stamps that statistics need are taken, and nothing is allocated. A
 * call that makes no sense (an end without a start, anything after {@link #finish}) does nothing.
 * Ending a stage ends what is open below it. Not thread-safe: for one thread at a time, the
 * engine's once submitted.
 */
public final class RequestTimes implements Timed {
  private static final String PREEMPTED = "preempted";
  private static final Stage[] STAGES = Stage.values();

  private final RequestTrace trace;

  /** The highest level of a stage that is emitted; 0 for none. */
  private final int level;

  /** Null when the level is 0. */
  private final @Nullable StageSpans spans;

  /**
   * Whether rounds are of speculation; without, they are counted but have no spans of their own.
   */
  private final boolean speculates;

  /** Null unless this request is recorded. */
  private final @Nullable StageRecorder recorder;

  private final Rounds rounds;
  private final long[] starts = new long[Stage.COUNT];

  /** What a stage worked through since its span before. */
  private final int[] tokens = new int[Stage.COUNT];

  /** A bit by stage. */
  private int open;

  private int cachedTokens;
  private int generatedTokens;
  private int preemptions;
  private boolean firstTokenSeen;
  private long firstTokenNanos;
  private boolean finished;
  private long finishNanos;

  RequestTimes(
      RequestTrace trace,
      @Nullable StageSpans spans,
      @Nullable StageRecorder recorder,
      int level,
      long openedNanos) {
    this.trace = trace;
    this.recorder = recorder;
    this.spans = spans;
    this.level = level;
    SpeculationMethod method = trace.request().speculation().method();
    this.speculates = method != SpeculationMethod.OFF;
    this.rounds = new Rounds(method.wireName());
    start(Stage.PREFILL_WAITING, openedNanos);
  }

  @Override
  public RequestTimes times() {
    return this;
  }

  /** The request that this is a choice of. */
  public RequestTrace trace() {
    return trace;
  }

  /** What is recorded of this choice, or null. */
  public @Nullable ChoiceRecording recording() {
    return recorder == null ? null : recorder.recording();
  }

  /** Who drafts, or drafted last. */
  public String method() {
    return rounds.method();
  }

  public void start(Stage stage) {
    if (listens(stage)) {
      start(stage, trace.clock().nanoTime());
    }
  }

  public void end(Stage stage) {
    if (isOpen(stage)) {
      end(stage, trace.clock().nanoTime(), null, null);
    }
  }

  /** Ends one stage and starts another at the same stamp. */
  public void advance(Stage ended, Stage started) {
    if (isOpen(ended) || listens(started)) {
      long now = trace.clock().nanoTime();
      end(ended, now, null, null);
      start(started, now);
    }
  }

  /** Prompt tokens that this prefill need not compute, found in the prefix cache. */
  public void cachedTokens(int count) {
    cachedTokens = count;
    trace.metrics().cached(count);
  }

  /** Prompt tokens that a step computed. */
  public void prefilled(int count) {
    tokens[Stage.PREFILL_FORWARD.ordinal()] += count;
    addIfOpen(Stage.CHUNKED_PREFILL, count);
    trace.metrics().prefilled(count);
  }

  /** Tokens that a step committed to the answer. */
  public void generated(int count) {
    generatedTokens += count;
    tokens[Stage.DECODE_FORWARD.ordinal()] += count;
    addIfOpen(Stage.DECODE_LOOP, count);
    trace.metrics().generated(count);
  }

  /** Tokens that the drafter caught up with. */
  public void extended(int count) {
    addIfOpen(Stage.SPEC_DRAFT_EXTEND, count);
  }

  /**
   * What the drafter came up with in this round; told before {@code spec_draft} ends.
   *
   * @param method the drafter's name, e.g. {@code ngram}
   * @param draftedTokens tokens to verify: without the root, padding and what a grammar removed
   * @param nodes nodes of the tree as drafted, without the root
   * @param depth longest path below the root
   */
  public void drafted(String method, int draftedTokens, int nodes, int depth) {
    rounds.drafted(method, draftedTokens, nodes, depth);
  }

  /** What the device did in the stage that is about to end; only where there is a device. */
  public void device(DeviceCost cost) {
    rounds.device(cost);
  }

  /**
   * How verification went; told before {@code spec_verify} ends, in rounds without a draft too.
   *
   * @param acceptedTokens drafted tokens kept, the bonus excluded
   * @param rows of this sequence in the forward, the root included
   * @param batchSize sequences in the forward
   */
  public void verified(int acceptedTokens, int rows, int batchSize) {
    rounds.verified(acceptedTokens, rows, batchSize);
    if (speculates) {
      trace.metrics().round(rounds.method(), rounds.draftedTokens(), acceptedTokens);
    }
  }

  /** The sequence lost its pages and waits to be prefilled again. */
  public void preempted() {
    if (finished) {
      return;
    }
    long now = trace.clock().nanoTime();
    endOpen(now, PREEMPTED, null);
    preemptions++;
    trace.metrics().preempted();
    start(Stage.PREFILL_WAITING, now);
  }

  /**
   * Ends every open stage; only the first call counts.
   *
   * @param error one line when the reason is ABORT or ERROR: what happened
   */
  public void finish(FinishReason reason, @Nullable String error) {
    if (!finished) {
      finish(reason, error, trace.clock().nanoTime());
    }
  }

  void finish(FinishReason reason, @Nullable String error, long now) {
    finishNanos = now;
    endOpen(now, reason.wireName(), RequestSpan.failure(reason, error));
    finished = true;
    trace.metrics().finished(reason);
    if (generatedTokens > 0) {
      firstToken(now); // of an answer that never came to decoding
    }
    if (RequestSpan.succeeded(reason) && generatedTokens > 1) {
      trace
          .metrics()
          .timePerOutputToken((now - firstTokenNanos) / (generatedTokens - 1), trace.context());
    }
  }

  /** Time that drafting took in this sequence's rounds; the whole batch's in each. */
  public long draftNanos() {
    return rounds.draftNanos();
  }

  /**
   * Time that forward and verification took in this sequence's rounds; the whole batch's in each.
   */
  public long verifyNanos() {
    return rounds.verifyNanos();
  }

  /** Whether a stamp of this stage would be put to use. */
  boolean listens(Stage stage) {
    return !finished && (recorder != null || stage.counted() || stage.level() <= level);
  }

  boolean isOpen(Stage stage) {
    return (open & bit(stage)) != 0;
  }

  void start(Stage stage, long now) {
    if (stage == Stage.REQUEST || !listens(stage)) {
      return;
    }
    starts[stage.ordinal()] = now;
    open |= bit(stage);
    switch (stage) {
      case PREFILL_FORWARD -> trace.firstForward(now);
      case DECODE_FORWARD -> firstToken(now);
      case SPEC_DRAFT, SPEC_VERIFY -> rounds.begin();
      default -> {}
    }
  }

  private void endOpen(long now, String reason, @Nullable String failure) {
    for (int i = Stage.COUNT - 1; i > 0; i--) {
      end(STAGES[i], now, reason, failure);
    }
  }

  void end(Stage stage, long now, @Nullable String reason, @Nullable String failure) {
    if (!isOpen(stage)) {
      return;
    }
    for (int i = Stage.COUNT - 1; i > stage.ordinal(); i--) {
      if (STAGES[i].parent() == stage) {
        end(STAGES[i], now, reason, failure);
      }
    }
    switch (stage) {
      case SPEC_DRAFT -> rounds.drafting(now - startNanos(stage));
      case SPEC_VERIFY -> rounds.verifying(now - startNanos(stage));
      default -> {}
    }
    if (spans != null && stage.level() <= level && shows(stage)) {
      spans.emit(this, stage, now, reason, failure);
    }
    if (recorder != null) {
      recorder.ended(this, stage, now, reason, shows(stage));
    }
    open &= ~bit(stage);
    tokens[stage.ordinal()] = 0;
  }

  private boolean shows(Stage stage) {
    boolean ofSpeculation = stage == Stage.SPEC_DRAFT || stage == Stage.SPEC_VERIFY;
    return speculates || !ofSpeculation;
  }

  private void firstToken(long now) {
    if (!firstTokenSeen) {
      firstTokenSeen = true;
      firstTokenNanos = now;
      trace.firstToken(now);
    }
  }

  private void addIfOpen(Stage stage, int count) {
    if (isOpen(stage)) {
      tokens[stage.ordinal()] += count;
    }
  }

  private static int bit(Stage stage) {
    return 1 << stage.ordinal();
  }

  @Nullable StageSpans spans() {
    return spans;
  }

  int level() {
    return level;
  }

  Rounds rounds() {
    return rounds;
  }

  long startNanos(Stage stage) {
    return starts[stage.ordinal()];
  }

  int tokens(Stage stage) {
    return tokens[stage.ordinal()];
  }

  int cachedTokens() {
    return cachedTokens;
  }

  int preemptions() {
    return preemptions;
  }

  boolean hasFinished() {
    return finished;
  }

  long finishNanos() {
    return finishNanos;
  }
}
