package updraft.schedule;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import updraft.cache.PagePool;
import updraft.cache.PrefixCache;
import updraft.forward.Backend;
import updraft.forward.RowOutputs;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.TokenEvent;
import updraft.request.TokenOrigin;
import updraft.speculate.DraftTree;
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
  private final AdmissionQueue queue;
  private final Residents residents;
  private final StepPlan plan;
  private final StepTimes stepTimes;
  private final RequestCheck check;
  private final Thread thread;

  /** Sequences that the current step ends; reused. */
  private final List<Ending> endings = new ArrayList<>();

  private long orders;

  /** When running requests are aborted, on the clock; read once {@link #closing} is set. */
  private volatile long abortAt;

  private volatile boolean closing;

  private record Ending(Sequence sequence, FinishReason reason, @Nullable String error) {}

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
    this.queue = new AdmissionQueue(options.queueCapacity());
    PagePool pool = new PagePool(backend.pages());
    this.residents =
        new Residents(
            pool, options.prefixCache() ? new PrefixCache(pool) : null, options.maxSequences());
    this.plan = new StepPlan(backend, residents, speculation, tracing, options.prefillChunk());
    this.stepTimes = tracing.steps();
    this.check =
        new RequestCheck(options.contextLength(), backend.pages(), tokenizer.vocabularySize());
    this.thread = new Thread(this::run, "updraft-engine");
    thread.setDaemon(true);
  }

  /** Starts the engine thread. Without it, one thread may call {@link #step} itself. */
  public void start() {
    thread.start();
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
    check.check(request);
    RequestTrace trace = tracing.open(request, options.model());
    Generation generation = new Generation(request, listener, trace, clock.nanoTime());
    try {
      queue.add(generation);
    } catch (QueueFullException e) {
      tracing.metrics().rejected();
      trace.fail(FinishReason.ERROR, message(e));
      throw e;
    } catch (EngineClosedException e) {
      trace.fail(FinishReason.ABORT, message(e));
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
        endings.clear();
        endAll(List.copyOf(residents.running()), FinishReason.ERROR, message(e));
      }
    }
  }

  private boolean idle() {
    return residents.isEmpty() && queue.isEmpty();
  }

  /** One step: rows in, one forward, tokens out. Returns whether there was anything to do. */
  public boolean step() {
    endAborted();
    while (residents.hasRoom() && enqueueNext()) {}
    residents.admit();
    tracing.metrics().sequences(residents.running().size(), residents.waiting() + queue.size());
    if (residents.running().isEmpty()) {
      return false;
    }
    plan.collect();
    List<Sequence> active = plan.active();
    stepTimes.start(active);
    tracing.startAll(plan.decoding(), Stage.SPEC_VERIFY);
    long started = clock.nanoTime();
    RowOutputs outputs = backend.forward(plan.batch());
    for (int i = 0; i < active.size(); i++) {
      settle(active.get(i), outputs);
    }
    tracing.endAll(plan.decoding(), Stage.SPEC_VERIFY);
    tracing.endAll(plan.prefilling(), Stage.CHUNKED_PREFILL);
    speculation.settled(
        plan.decoding(),
        plan.batch().rows(),
        !plan.prefilling().isEmpty(),
        clock.nanoTime() - started);
    tracing.endAll(plan.decoding(), Stage.DECODE_LOOP);
    for (int i = 0; i < endings.size(); i++) {
      Ending ending = endings.get(i);
      end(ending.sequence(), ending.reason(), ending.error());
    }
    endings.clear();
    stepTimes.end(active, plan.batch().rows());
    tracing.metrics().pages(residents.pagesUsed(), residents.pagesFree());
    return true;
  }

  /** Moves one request from the queue to the waiting sequences, one a choice. */
  private boolean enqueueNext() {
    Generation generation = queue.poll();
    if (generation == null) {
      return false;
    }
    Sequence leader = null;
    for (int choice = 0; choice < generation.request().choices(); choice++) {
      Sequence sequence = new Sequence(generation, choice, leader, orders++, tokenizer);
      residents.await(sequence);
      leader = leader == null ? sequence : leader;
    }
    return true;
  }

  /** Takes one sequence's outputs; what goes wrong here goes wrong for it alone. */
  private void settle(Sequence sequence, RowOutputs outputs) {
    try {
      if (sequence.decoding()) {
        settleRound(sequence, outputs);
      } else {
        settleChunk(sequence, outputs);
      }
      FinishReason reason = sequence.reason();
      if (reason != null) {
        endings.add(new Ending(sequence, reason, null));
      }
    } catch (RuntimeException e) {
      endings.add(new Ending(sequence, FinishReason.ERROR, message(e)));
    }
  }

  private void settleChunk(Sequence sequence, RowOutputs outputs) {
    int last = sequence.firstRow() + sequence.rows() - 1;
    for (int row = sequence.firstRow(); row <= last; row++) {
      refuseFault(outputs, row);
    }
    sequence.times().prefilled(sequence.rows());
    sequence.computed(sequence.computed() + sequence.rows());
    if (sequence.toPrefill() > 0) {
      return;
    }
    if (sequence.fresh()) {
      sequence.takeFirstToken(outputs.logits(), outputs.logitsOffset(last));
    }
    sequence.times().advance(Stage.PREFILL_FORWARD, Stage.DECODE_FORWARD);
    residents.publishPrefix(sequence);
    speculation.open(sequence);
  }

  /**
   * Walks the tree from the root as plain decoding would: the token chosen at a node either is one
   * of its children, which is then accepted, or it is the bonus and ends the round.
   */
  private void settleRound(Sequence sequence, RowOutputs outputs) {
    DraftTree tree = sequence.tree();
    int root = sequence.length() - 1;
    int node = 0;
    int accepted = 0;
    while (true) {
      int row = sequence.firstRow() + node;
      refuseFault(outputs, row);
      int offset = outputs.logitsOffset(row);
      int token = sequence.choose(outputs.logits(), offset, root + accepted);
      int child = tree.child(node, token);
      sequence.commit(
          token,
          child == DraftTree.NONE ? TokenOrigin.TARGET : TokenOrigin.NGRAM,
          outputs.logits(),
          offset);
      if (child == DraftTree.NONE || sequence.reason() != null) {
        break;
      }
      accepted++;
      if (child != accepted) {
        backend.copySlot(
            sequence.pages().slot(root + child), sequence.pages().slot(root + accepted));
      }
      node = child;
    }
    sequence.times().verified(accepted, tree.size(), plan.decoding().size());
    sequence.times().generated(accepted + 1);
    sequence.computed(root + 1 + accepted);
    residents.shrink(sequence);
  }

  static void refuseFault(RowOutputs outputs, int row) {
    String fault = outputs.fault(row);
    if (fault != null) {
      throw new IllegalStateException(fault);
    }
  }

  private void endAborted() {
    long now = clock.nanoTime();
    boolean down = closing && now - abortAt >= 0;
    for (Generation generation :
        queue.removeIf(waiting -> down || waiting.abortReason(now) != null)) {
      generation.abort(down ? SHUT_DOWN : String.valueOf(generation.abortReason(now)));
    }
    residents.forEach(
        sequence -> {
          String reason = down ? SHUT_DOWN : sequence.generation().abortReason(now);
          if (reason != null) {
            endings.add(new Ending(sequence, FinishReason.ABORT, reason));
          }
        });
    for (Ending ending : endings) {
      end(ending.sequence(), ending.reason(), ending.error());
    }
    endings.clear();
  }

  private void endAll(List<Sequence> sequences, FinishReason reason, String error) {
    for (Sequence sequence : sequences) {
      end(sequence, reason, error);
    }
  }

  /** The one way out of the engine. */
  private void end(Sequence sequence, FinishReason reason, @Nullable String error) {
    speculation.close(sequence);
    residents.leave(sequence);
    sequence.end(reason, error);
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null
        ? cause.getClass().getSimpleName()
        : message.lines().findFirst().orElse(cause.getClass().getSimpleName());
  }

  /**
   * Refuses new requests, lets accepted ones end, and aborts what is left after {@code grace}.
   * Returns when the engine thread has ended. Idempotent.
   */
  public void close(Duration grace) {
    abortAt = clock.nanoTime() + grace.toNanos();
    closing = true;
    queue.close();
    LockSupport.unpark(thread);
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
