package updraft.schedule;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import updraft.cache.PagePool;
import updraft.cache.PrefixCache;
import updraft.forward.Backend;
import updraft.forward.RowOutputs;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.InvalidRequestException;
import updraft.request.TokenEvent;
import updraft.sample.SamplerScratch;
import updraft.sample.grammar.Grammars;
import updraft.sample.grammar.TokenTrie;
import updraft.text.Tokenizer;
import updraft.trace.RequestTrace;
import updraft.trace.Stage;
import updraft.trace.StepTimes;
import updraft.trace.TraceClock;
import updraft.trace.Tracing;

/**
 * Serves requests on one thread, the engine thread: each {@link #step} collects rows of all running
 * sequences, runs one forward over them and turns the outputs into tokens.
 *
 * <p>{@link #submit} may be called from any thread. What was accepted is never lost: it ends with a
 * result of some kind. An exception in one sequence fails that sequence alone.
 */
public final class Scheduler implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Scheduler.class.getName());

  /** How long an idle engine thread sleeps before it looks at time-outs again. */
  private static final long IDLE_NANOS = 100_000_000;

  private static final String SHUT_DOWN = "the engine was shut down";

  private final SchedulerOptions options;
  private final Backend backend;
  private final Tokenizer tokenizer;
  private final Speculation speculation;
  private final Tracing tracing;
  private final TraceClock clock;
  private final SamplerScratch scratch;
  private final AdmissionQueue queue;
  private final Residents residents;
  private final StepPlan plan;
  private final Settlement settlement;
  private final DeviceWatch device;
  private final StepTimes stepTimes;
  private final RequestCheck check;
  private final Grammars grammars;
  private final Thread thread;

  private long orders;

  /** When running requests are aborted, on the clock; read once {@link #closing} is set. */
  private volatile long abortAt;

  private volatile boolean closing;

  /** Why the last forward failed, or null when it did not. */
  private volatile @Nullable String trouble;

  public Scheduler(
      SchedulerOptions options,
      Backend backend,
      Tokenizer tokenizer,
      Speculation speculation,
      Tracing tracing,
      TraceClock clock) {
    this.options = options;
    this.backend = backend;
    this.tokenizer = tokenizer;
    this.speculation = speculation;
    this.tracing = tracing;
    this.clock = clock;
    backend.captureHiddenStates(speculation.hiddenStateLayers());
    this.scratch = new SamplerScratch(tokenizer.vocabularySize());
    this.queue = new AdmissionQueue(options.queueCapacity());
    PagePool pool = new PagePool(backend.pages());
    this.residents =
        new Residents(
            pool, options.prefixCache() ? new PrefixCache(pool) : null, options.maxSequences());
    this.plan = new StepPlan(backend, residents, speculation, tracing, options.prefillChunk());
    this.settlement = new Settlement(backend, residents, speculation, speculation.verifier());
    this.device = new DeviceWatch(backend::meter, clock);
    speculation.watch(device);
    this.stepTimes = tracing.steps();
    this.check =
        new RequestCheck(options.contextLength(), backend.pages(), tokenizer.vocabularySize());
    this.grammars =
        new Grammars(
            () ->
                new TokenTrie(
                    tokenizer.vocabularySize(), tokenizer::bytes, tokenizer::isEndOfGeneration));
    this.thread = new Thread(this::run, "updraft-engine");
    thread.setDaemon(true);
  }

  /** Starts the engine thread. Without it, one thread may call {@link #step} itself. */
  public void start() {
    thread.start();
  }

  /**
   * Accepts a request whose tokens nobody hears of before its result: a token then allocates
   * nothing.
   *
   * @throws updraft.request.InvalidRequestException if it cannot be served as it stands
   * @throws QueueFullException if too many wait already
   * @throws EngineClosedException while shutting down
   */
  public Generation submit(GenerateRequest request) {
    return accept(request, null);
  }

  /**
   * Accepts a request.
   *
   * @param listener hears of tokens as they are committed, on the engine thread
   * @throws updraft.request.InvalidRequestException if it cannot be served as it stands
   * @throws QueueFullException if too many wait already
   * @throws EngineClosedException while shutting down
   */
  public Generation submit(GenerateRequest request, Consumer<TokenEvent> listener) {
    return accept(request, listener);
  }

  private Generation accept(GenerateRequest request, @Nullable Consumer<TokenEvent> listener) {
    check.check(request);
    speculation.check(request.speculation().method());
    if (request.grammar() != null && !grammars.check(request.grammar()).canEnd()) {
      throw new InvalidRequestException(
          "grammar", "a grammar must have a token that ends the answer, the model has none");
    }
    RequestTrace trace = tracing.open(request, options.model());
    Generation generation = new Generation(request, listener, trace, clock.nanoTime());
    try {
      queue.add(generation);
    } catch (QueueFullException e) {
      tracing.metrics().rejected();
      trace.fail(FinishReason.ERROR, String.valueOf(e.getMessage()));
      throw e;
    } catch (EngineClosedException e) {
      trace.fail(FinishReason.ABORT, String.valueOf(e.getMessage()));
      throw e;
    }
    return generation;
  }

  private void run() {
    while (!closing || !idle()) {
      try {
        if (!step()) {
          queue.await(IDLE_NANOS);
        }
      } catch (RuntimeException | Error e) {
        LOG.log(Level.ERROR, "a step failed; the requests in it end with an error", e);
        failAll(residents.running().isEmpty() ? residents.waiting() : residents.running(), e);
      }
    }
  }

  /** After a failure that no one sequence is to blame for. */
  private void failAll(List<Sequence> sequences, Throwable cause) {
    for (int i = sequences.size() - 1; i >= 0; i--) {
      sequences.get(i).fail(cause);
      endIfDecided(sequences.get(i));
    }
  }

  /** Why the last forward failed, a lost device for example, or null when it did not. */
  public @Nullable String trouble() {
    return trouble;
  }

  /** Pages that sequences hold. */
  int pagesUsed() {
    return residents.pagesUsed();
  }

  private boolean idle() {
    return residents.isEmpty() && queue.isEmpty();
  }

  /** One step: rows in, one forward, tokens out. Returns whether there was anything to do. */
  public boolean step() {
    long began = clock.nanoTime();
    endAborted(began);
    residents.admit();
    while (residents.hasRoom() && enqueueNext()) {
      residents.admit();
    }
    tracing
        .metrics()
        .sequences(residents.running().size(), residents.waiting().size() + queue.size());
    tracing.metrics().pages(residents.pagesUsed(), residents.pagesFree());
    if (residents.running().isEmpty()) {
      return false;
    }
    plan.collect();
    List<Sequence> active = plan.active();
    stepTimes.start(active);
    tracing.startAll(plan.decoding(), Stage.SPEC_VERIFY);
    long started = clock.nanoTime();
    device.start();
    RowOutputs outputs = compute(active);
    device.tell(plan.decoding());
    tracing.endAll(plan.decoding(), Stage.SPEC_VERIFY);
    tracing.endAll(plan.prefilling(), Stage.CHUNKED_PREFILL);
    long nanos = clock.nanoTime() - started;
    if (outputs != null) {
      speculation.recorder().step(plan.decoding(), outputs, plan.batch().rows(), nanos);
    }
    speculation.settled(plan.decoding(), plan.prefilling());
    tracing.endAll(plan.decoding(), Stage.DECODE_LOOP);
    for (int i = 0; i < active.size(); i++) {
      endIfDecided(active.get(i));
    }
    stepTimes.end(active, plan.batch().rows());
    speculation.stepped(plan.batch().rows(), clock.nanoTime() - began, plan.prefilling().isEmpty());
    return true;
  }

  /** Moves one request from the queue to the waiting sequences, one a choice. */
  private boolean enqueueNext() {
    Generation generation = queue.poll();
    if (generation == null) {
      return false;
    }
    try {
      Sequence[] siblings = new Sequence[generation.request().choices()];
      for (int choice = 0; choice < siblings.length; choice++) {
        Sequence leader = choice == 0 ? null : siblings[0];
        siblings[choice] =
            new Sequence(generation, choice, leader, orders++, tokenizer, scratch, grammars);
      }
      for (Sequence sequence : siblings) {
        residents.await(sequence);
      }
    } catch (RuntimeException | Error e) {
      generation.end(FinishReason.ERROR, String.valueOf(e.getMessage()));
    }
    return true;
  }

  /** Runs the forward; when it fails, so do all sequences in it, and there is nothing. */
  private @Nullable RowOutputs compute(List<Sequence> active) {
    RowOutputs outputs;
    try {
      outputs = backend.forward(plan.batch());
    } catch (RuntimeException | Error e) {
      LOG.log(Level.ERROR, "a forward failed; the requests in it end with an error", e);
      String message = e.getMessage();
      trouble = message == null ? e.getClass().getSimpleName() : message;
      for (int i = 0; i < active.size(); i++) {
        active.get(i).fail(e);
      }
      return null;
    }
    trouble = null;
    for (int i = 0; i < active.size(); i++) {
      settlement.settle(active.get(i), outputs, plan.decoding().size());
    }
    return outputs;
  }

  private void endAborted(long now) {
    boolean down = closing && now - abortAt >= 0;
    if (!queue.isEmpty()) {
      for (Generation generation :
          queue.removeIf(waiting -> down || waiting.abortReason(now) != null)) {
        generation.end(
            FinishReason.ABORT, down ? SHUT_DOWN : String.valueOf(generation.abortReason(now)));
      }
    }
    endAborted(residents.running(), now, down);
    endAborted(residents.waiting(), now, down);
  }

  private void endAborted(List<Sequence> sequences, long now, boolean down) {
    for (int i = sequences.size() - 1; i >= 0; i--) { // ending one takes it out
      Sequence sequence = sequences.get(i);
      String reason = down ? SHUT_DOWN : sequence.generation().abortReason(now);
      if (reason != null) {
        sequence.ends(FinishReason.ABORT, reason);
      }
      endIfDecided(sequence);
    }
  }

  /** The one way out of the engine. */
  private void endIfDecided(Sequence sequence) {
    FinishReason reason = sequence.ending();
    if (reason == null) {
      return;
    }
    speculation.recorder().close(sequence);
    speculation.close(sequence);
    try {
      residents.leave(sequence);
    } finally {
      sequence.end(reason);
    }
  }

  /**
   * Refuses new requests, lets accepted ones end, and aborts what is left after {@code grace}.
   * Returns when the engine thread has ended. Idempotent.
   *
   * @throws IllegalStateException on the engine thread, which a listener is called on: it would
   *     wait for itself
   */
  public void close(Duration grace) {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException(
          "an engine must not be closed by a listener of its tokens: thread="
              + thread.getName()
              + "; close it on another thread");
    }
    abortAt = clock.nanoTime() + grace.toNanos();
    queue.close(); // first: the engine thread leaves once it is closing and finds nothing to do
    closing = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
        abortAt = clock.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
