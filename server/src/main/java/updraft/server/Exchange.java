package updraft.server;

import io.javalin.http.Context;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;
import updraft.schedule.Generation;

/**
 * One generation served over one HTTP exchange, on the exchange's own (virtual) thread. A client
 * that goes away is noticed while waiting. Closing cancels what has not ended.
 */
final class Exchange implements AutoCloseable {
  private static final long WATCH_NANOS = 50_000_000;

  private final ClientWatch client;
  private final LinkedBlockingQueue<TokenEvent> events = new LinkedBlockingQueue<>();
  private final Generation generation;
  private long watchAt = System.nanoTime() + WATCH_NANOS;
  private int openChoices;

  private Exchange(Context context, Engine engine, GenerateRequest request, boolean listens) {
    this.client = new ClientWatch(context);
    this.openChoices = request.choices();
    this.generation = engine.submit(request, listens ? events::add : event -> {});
  }

  /** One whose result alone matters. */
  static Exchange quiet(Context context, Engine engine, GenerateRequest request) {
    return new Exchange(context, engine, request, false);
  }

  /** One whose events are asked for with {@link #next}. */
  static Exchange listening(Context context, Engine engine, GenerateRequest request) {
    return new Exchange(context, engine, request, true);
  }

  /** Whether {@link #next} would not wait. */
  boolean hasNext() {
    return !events.isEmpty();
  }

  /** Whether every choice has ended. */
  boolean ended() {
    return openChoices == 0;
  }

  /**
   * Waits for the next event.
   *
   * @throws ApiException if a choice has failed or the client has gone
   */
  TokenEvent next() throws InterruptedException {
    while (true) {
      TokenEvent event = events.poll(WATCH_NANOS, TimeUnit.NANOSECONDS);
      refuseGone();
      if (event instanceof TokenEvent.Finished end) {
        openChoices--;
        if (failed(end.reason())) {
          generation.cancel();
          throw failure(result(generation));
        }
      }
      if (event != null) {
        return event;
      }
    }
  }

  /**
   * Waits for the end.
   *
   * @throws ApiException if a choice has failed or the client has gone
   */
  GenerateResult result() throws InterruptedException {
    GenerateResult result = result(generation);
    if (result.choices().stream().anyMatch(choice -> failed(choice.reason()))) {
      throw failure(result);
    }
    return result;
  }

  private GenerateResult result(Generation of) throws InterruptedException {
    while (true) {
      try {
        return of.result().get(WATCH_NANOS, TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        refuseGone();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e); // a generation never ends this way
      }
    }
  }

  private void refuseGone() {
    long now = System.nanoTime();
    if (now - watchAt < 0) {
      return;
    }
    watchAt = now + WATCH_NANOS;
    if (client.clientGone()) {
      throw ApiException.clientGone();
    }
  }

  private static boolean failed(FinishReason reason) {
    return reason == FinishReason.ERROR || reason == FinishReason.ABORT;
  }

  /** What the first choice that failed, or else was aborted, says. */
  private static ApiException failure(GenerateResult result) {
    ApiException failure = null;
    for (GenerateResult.Choice choice : result.choices()) {
      String error = choice.error();
      if (choice.reason() == FinishReason.ERROR) {
        return text(error).startsWith("a grammar must")
            ? ApiException.badRequest("grammar", text(error))
            : ApiException.failed(text(error));
      }
      if (choice.reason() == FinishReason.ABORT && failure == null) {
        failure =
            text(error).startsWith("timeout")
                ? ApiException.timeout(text(error))
                : ApiException.shuttingDown();
      }
    }
    return failure == null ? ApiException.failed(text(null)) : failure;
  }

  private static String text(@Nullable String error) {
    return error == null ? "the request failed" : error;
  }

  @Override
  public void close() {
    if (!generation.result().isDone()) {
      generation.cancel();
    }
  }
}
