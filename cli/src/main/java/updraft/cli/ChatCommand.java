package updraft.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.cli.models.ModelException;

/** {@code updraft chat}: a conversation, a line a message. */
@Command(
    name = "chat",
    description = "Talk with a model, a line a message.",
    footer = {"", "Lines that begin with / are commands: /help says which."})
final class ChatCommand implements Callable<Integer> {
  private static final String HELP =
      """
      /reset  begin a new conversation
      /stats  figures of the last answer
      /quit   end; so does the end of input
      Ctrl-C  stops an answer; at the prompt, ends""";

  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "A system message. Default: the template's own.")
  private @Nullable String system;

  @Mixin private final GenerationOptions generation = new GenerationOptions();
  @Mixin private final EngineFlags flags = new EngineFlags();

  ChatCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    generation.check();
    Path file = model.chatFile(terminal);
    try (OpenEngine open =
        OpenEngine.open(file, flags, terminal, options -> options.maxSequences(1))) {
      Conversation conversation = new Conversation(open.engine(), generation, system, terminal);
      if (terminal.isTerminal(0)) {
        terminal.say("talking with " + open.engine().modelName() + "; /help says what else");
      }
      BufferedReader lines =
          new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
      String line = read(lines);
      while (line != null && obey(line.strip(), conversation)) {
        line = read(lines);
      }
    }
    return 0;
  }

  private @Nullable String read(BufferedReader lines) throws IOException {
    if (terminal.isTerminal(0)) {
      terminal.err().print("> ");
      terminal.err().flush();
    }
    return lines.readLine();
  }

  /** Whether the conversation goes on. */
  private boolean obey(String line, Conversation conversation) throws InterruptedException {
    switch (line) {
      case "" -> {}
      case "/quit" -> {
        return false;
      }
      case "/reset" -> conversation.reset();
      case "/stats" -> terminal.say(conversation.stats());
      case "/help" -> terminal.say(HELP);
      default -> {
        if (line.startsWith("/")) {
          terminal.say("unknown command: " + OneLine.of(line) + "; /help says which there are");
        } else {
          answer(line, conversation);
        }
      }
    }
    return true;
  }

  /** A message that cannot be answered is said so, and the conversation goes on without it. */
  private void answer(String message, Conversation conversation) throws InterruptedException {
    try {
      conversation.say(message);
    } catch (IllegalArgumentException e) {
      terminal.say("updraft: " + Failure.of(e).message() + "; /reset begins anew");
    }
  }
}
