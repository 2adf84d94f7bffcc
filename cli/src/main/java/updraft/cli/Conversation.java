package updraft.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.request.FinishReason;
import updraft.request.GenerateRequest;
import updraft.request.GenerateResult;
import updraft.request.GenerateResult.Choice;
import updraft.text.ChatMessage;
import updraft.text.ChatPrompt;

/**
 * Messages to and from a model. Each turn sends the whole conversation; the engine's prefix cache
 * knows all but its end.
 */
final class Conversation {
  private final Engine engine;
  private final GenerationOptions generation;
  private final @Nullable String system;
  private final Terminal terminal;
  private final ChatPrompt prompt;
  private final List<ChatMessage> messages = new ArrayList<>();
  private @Nullable GenerateResult last;

  /**
   * @param system the first message, or null for none
   * @throws updraft.request.InvalidRequestException if the model has no chat template
   */
  Conversation(
      Engine engine, GenerationOptions generation, @Nullable String system, Terminal terminal) {
    this.engine = engine;
    this.generation = generation;
    this.system = system;
    this.terminal = terminal;
    this.prompt = new ChatPrompt(engine.chatTemplate(), engine.tokenizer());
    reset();
  }

  /** Forgets what was said. */
  void reset() {
    messages.clear();
    if (system != null) {
      messages.add(ChatMessage.system(system));
    }
  }

  /** Figures of the last answer, in a line. */
  String stats() {
    return last == null ? "no answer yet" : Summary.of(last);
  }

  /**
   * Prints the answer to a message. Ctrl-C ends it early; what was said until then counts.
   *
   * @throws IllegalArgumentException if it cannot be answered; the message is then forgotten
   */
  void say(String message) throws InterruptedException {
    List<ChatMessage> turn = new ArrayList<>(messages);
    turn.add(ChatMessage.user(message));
    long start = System.nanoTime();
    int[] tokens = prompt.encode(turn);
    GenerateRequest request =
        generation.request(engine, tokens, "chat", System.nanoTime() - start).build();
    AnswerStream answer = new AnswerStream(engine, request, terminal);
    GenerateResult result;
    try (Interrupts _ = new Interrupts(answer::cancel, "INT")) {
      result = answer.print();
    }
    terminal.out().println();
    terminal.out().flush();
    Choice choice = result.choices().getFirst();
    if (choice.reason() == FinishReason.ERROR) {
      throw new IllegalArgumentException(
          choice.error() == null ? "the request failed" : choice.error());
    }
    turn.add(ChatMessage.assistant(choice.text()));
    messages.clear();
    messages.addAll(turn);
    last = result;
  }
}
