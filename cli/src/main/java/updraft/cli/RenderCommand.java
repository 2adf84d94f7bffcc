package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import updraft.cli.models.ModelException;
import updraft.model.GgufFile;
import updraft.text.ChatMessage;
import updraft.text.ChatTemplate;
import updraft.text.Tokenizer;
import updraft.text.Tokenizers;

/** {@code updraft render}: the prompt that a chat template makes of messages. */
@Command(name = "render", description = "Show the prompt that a chat template makes of messages.")
final class RenderCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = "--template",
      paramLabel = "FILE",
      description = "A Jinja template, in place of the model's own.")
  private @Nullable Path template;

  @Option(
      names = "--messages",
      required = true,
      paramLabel = "FILE",
      description = "A JSON array of messages, as in OpenAI's interface.")
  private Path messages = Path.of("");

  @Option(
      names = "--tools",
      paramLabel = "FILE",
      description = "A JSON array of tools, as in OpenAI's interface.")
  private @Nullable Path tools;

  @Option(
      names = "--no-generation-prompt",
      description = "Stop after the last message, before the answer's beginning.")
  private boolean noGenerationPrompt;

  @Option(names = "--json", description = "Print {\"prompt\": ...}.")
  private boolean json;

  RenderCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    List<ChatMessage> conversation = conversation();
    List<Map<String, Object>> functions = tools == null ? List.of() : objects("tools", tools);
    String prompt = chatTemplate().render(conversation, functions, !noGenerationPrompt, Map.of());
    if (json) {
      Json.print(terminal, Map.of("prompt", prompt));
    } else {
      terminal.out().print(prompt);
      if (terminal.isTerminal(1)) {
        terminal.out().println();
      }
    }
    return 0;
  }

  private List<ChatMessage> conversation() throws IOException, CommandException {
    try {
      return objects("messages", messages).stream().map(ChatMessage::of).toList();
    } catch (IllegalArgumentException e) {
      throw new CommandException(e.getMessage() + "; file=" + messages);
    }
  }

  private ChatTemplate chatTemplate()
      throws IOException, ModelException, CommandException, InterruptedException {
    if (template != null && !model.given()) {
      return ChatTemplate.of(Files.readString(template), "", "");
    }
    try (GgufFile file = GgufFile.open(model.chatFile(terminal))) {
      Tokenizer tokenizer = Tokenizers.of(file);
      if (template != null) {
        return ChatTemplate.of(
            Files.readString(template),
            spelling(tokenizer, tokenizer.bosToken()),
            spelling(tokenizer, tokenizer.eosToken()));
      }
      return ChatTemplate.find(file, tokenizer)
          .orElseThrow(() -> new CommandException(ChatTemplate.missing(file.path().toString())));
    }
  }

  private static String spelling(Tokenizer tokenizer, int token) {
    return token < 0 ? "" : tokenizer.piece(token);
  }

  @SuppressWarnings("unchecked") // JSON objects have strings for names
  private static List<Map<String, Object>> objects(String what, Path file)
      throws IOException, CommandException {
    JsonNode node = Json.read(file);
    if (!node.isArray() || !node.valueStream().allMatch(JsonNode::isObject)) {
      throw new CommandException(what + " must be a JSON array of objects: file=" + file);
    }
    return (List<Map<String, Object>>) Json.plain(node);
  }
}
