package updraft.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.request.GenerateResult.Timings;
import updraft.request.SpeculationStats;
import updraft.request.TokenEvent;

/**
 * A submitted request: what its caller holds. {@link #cancel} and {@link #result} may be used from
 * any thread; everything else belongs to the engine thread.
 */
public final class Generation {
  private final GenerateRequest request;
  private final Consumer<TokenEvent> listener;
  private final CompletableFuture<GenerateResult> result = new CompletableFuture<>();
  private final long submittedNanos;
  private final @Nullable Choice[] choices;
  private final List<SpeculationStats> speculation = new ArrayList<>();
  private volatile boolean cancelled;

  private long firstForwardNanos;
  private long firstTokenNanos;
  private long lastTokenNanos;
  private int cachedTokens;
  private int openChoices;

  Generation(GenerateRequest request, Consumer<TokenEvent> listener, long submittedNanos) {
    this.request = request;
    this.listener = listener;
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

  boolean cancelled() {
    return cancelled;
  }

  long submittedNanos() {
    return submittedNanos;
  }

  /** Whether its time is up at {@code now}. */
  boolean expired(long now) {
    return request.timeout() != null && now - submittedNanos >= request.timeout().toNanos();
  }

  void publish(TokenEvent event) {
    listener.accept(event);
  }

  void forwarded(long now) {
    if (firstForwardNanos == 0) {
      firstForwardNanos = now;
    }
  }

  void tokenAt(long now) {
    if (firstTokenNanos == 0) {
      firstTokenNanos = now;
    }
    lastTokenNanos = now;
  }

  void cached(int tokens) {
    cachedTokens = Math.max(cachedTokens, tokens);
  }

  /** Records a finished choice; the last one completes the result. */
  void finished(int index, Choice choice, SpeculationStats stats) {
    choices[index] = choice;
    speculation.add(stats);
    if (--openChoices == 0) {
      result.complete(
          new GenerateResult(
              request.id(),
              request.prompt().length,
              cachedTokens,
              Arrays.stream(choices).map(Choice.class::cast).toList(),
              timings(),
              total(speculation)));
    }
  }

  private Timings timings() {
    long forward = firstForwardNanos == 0 ? submittedNanos : firstForwardNanos;
    long first = firstTokenNanos == 0 ? forward : firstTokenNanos;
    long last = lastTokenNanos == 0 ? first : lastTokenNanos;
    return new Timings(
        forward - submittedNanos, first - forward, first - submittedNanos, last - first);
  }

  /** Choices decode side by side, so their rounds and times add up and estimates are averaged. */
  private static SpeculationStats total(List<SpeculationStats> parts) {
    if (parts.size() == 1) {
      return parts.getFirst();
    }
    List<Integer> histogram = new ArrayList<>();
    for (SpeculationStats part : parts) {
      for (int i = 0; i < part.histogram().size(); i++) {
        if (i == histogram.size()) {
          histogram.add(0);
        }
        histogram.set(i, histogram.get(i) + part.histogram().get(i));
      }
    }
    return new SpeculationStats(
        parts.getFirst().method(),
        parts.stream().mapToInt(SpeculationStats::rounds).sum(),
        parts.stream().mapToInt(SpeculationStats::drafted).sum(),
        parts.stream().mapToInt(SpeculationStats::accepted).sum(),
        histogram,
        parts.stream().mapToLong(SpeculationStats::draftNanos).sum(),
        parts.stream().mapToLong(SpeculationStats::verifyNanos).sum(),
        parts.stream().mapToDouble(SpeculationStats::predictedSpeedup).average().orElse(1));
  }
}
