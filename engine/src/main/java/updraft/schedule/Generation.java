package updraft.schedule;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.TokenEvent;
import updraft.trace.RequestTrace;

/**
 * A submitted request: what its caller holds. {@link #cancel} and {@link #result} may be used from
 * any thread; everything else belongs to the engine thread.
 */
public final class Generation {
  private static final Logger LOG = System.getLogger(Generation.class.getName());

  private final GenerateRequest request;
  private final @Nullable Consumer<TokenEvent> listener;
  private final RequestTrace trace;
  private final long submittedNanos;
  private final CompletableFuture<GenerateResult> result = new CompletableFuture<>();
  private final @Nullable Choice[] choices;
  private volatile boolean cancelled;
  private int cachedTokens;
  private int openChoices;
  private double predictedSpeedups;

  /**
   * @param listener null when nobody listens: then tokens cost no events
   */
  Generation(
      GenerateRequest request,
      @Nullable Consumer<TokenEvent> listener,
      RequestTrace trace,
      long submittedNanos) {
    this.request = request;
    this.listener = listener;
    this.trace = trace;
    this.submittedNanos = submittedNanos;
    this.choices = new Choice[request.choices()];
    this.openChoices = request.choices();
  }

  public GenerateRequest request() {
    return request;
  }

  /** Ends the request within a step; its result then carries what was generated so far. */
  public void cancel() {
    cancelled = true;
  }

  /**
   * Completes when every choice has ended, on the engine thread: use the {@code Async} forms for
   * anything slow. Never completes exceptionally: a choice that failed says so itself.
   */
  public CompletableFuture<GenerateResult> result() {
    return result;
  }

  /** Why it must end at {@code now} before its time, or null. */
  @Nullable String abortReason(long now) {
    if (cancelled) {
      return "cancelled by the caller";
    }
    if (request.timeout() != null && now - submittedNanos >= request.timeout().toNanos()) {
      return "timeout passed: timeout=" + request.timeout();
    }
    return null;
  }

  RequestTrace trace() {
    return trace;
  }

  /** Whether anybody hears of tokens before the result. */
  boolean listened() {
    return listener != null;
  }

  /**
   * Tells the listener, if there is one.
   *
   * @throws IllegalStateException if the listener threw
   */
  void publish(TokenEvent event) {
    if (listener == null) {
      return;
    }
    try {
      listener.accept(event);
    } catch (RuntimeException | Error e) {
      throw new IllegalStateException("the listener failed: " + e, e);
    }
  }

  void cached(int tokens) {
    cachedTokens = tokens;
  }

  /** Ends a request that was never let in. */
  void end(FinishReason reason, String error) {
    for (int choice = 0; choice < choices.length; choice++) {
      try {
        publish(new TokenEvent.Finished(choice, reason, ""));
      } catch (RuntimeException e) {
        LOG.log(Level.WARNING, "a listener failed on the end of its request", e);
      }
      trace.choice(choice).finish(reason, error);
      finished(choice, new Choice(List.of(), "", reason, null, error), 1);
    }
  }

  /** Records a finished choice, whose times are finished; the last one completes the result. */
  void finished(int index, Choice choice, double predictedSpeedup) {
    choices[index] = choice;
    predictedSpeedups += predictedSpeedup;
    if (--openChoices == 0) {
      GenerateResult whole =
          new GenerateResult(
              request.id(),
              request.prompt().length,
              cachedTokens,
              Arrays.stream(choices).map(Choice.class::cast).toList(),
              trace.timings(),
              trace.speculation(predictedSpeedups / choices.length));
      trace.finish(whole);
      result.complete(whole);
    }
  }
}
