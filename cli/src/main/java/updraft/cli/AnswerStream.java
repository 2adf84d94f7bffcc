package updraft.cli;

import java.util.concurrent.LinkedBlockingQueue;
import updraft.engine.Engine;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.TokenEvent;
import updraft.schedule.Generation;

/** A request under way, whose text is printed as it comes by the thread that waits for it. */
final class AnswerStream {
  private final Terminal terminal;
  private final LinkedBlockingQueue<TokenEvent> events = new LinkedBlockingQueue<>();
  private final Generation generation;

  AnswerStream(Engine engine, GenerateRequest request, Terminal terminal) {
    this.terminal = terminal;
    this.generation = engine.submit(request, events::add);
  }

  /** Ends the answer where it is; may be called from any thread. */
  void cancel() {
    generation.cancel();
  }

  /** Waits for the whole result without printing anything. */
  GenerateResult await() throws InterruptedException {
    return follow(false);
  }

  /**
   * Prints the text of the first choice as it comes; a reader that went away cancels the request.
   */
  GenerateResult print() throws InterruptedException {
    return follow(true);
  }

  private GenerateResult follow(boolean print) throws InterruptedException {
    try {
      int open = generation.request().choices();
      while (open > 0) {
        String text;
        TokenEvent event = events.take();
        switch (event) {
          case TokenEvent.Token token -> text = token.text();
          case TokenEvent.Finished finished -> {
            text = finished.text();
            open--;
          }
        }
        if (print && event.choice() == 0 && !text.isEmpty()) {
          terminal.out().print(text);
          terminal.out().flush();
          if (terminal.out().checkError()) {
            generation.cancel();
          }
        }
      }
      return generation.result().join();
    } catch (InterruptedException e) {
      generation.cancel();
      throw e;
    }
  }
}
