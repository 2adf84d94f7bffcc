package updraft.cli;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import updraft.cli.models.ModelException;
import updraft.model.GgufFile;
import updraft.text.Tokenizer;
import updraft.text.Tokenizers;

/** {@code updraft tokenize}: text to token ids, for files with a vocabulary alone too. */
@Command(name = "tokenize", description = "Show the tokens of a text.")
final class TokenizeCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Mixin private final ModelOption model = new ModelOption();
  @Mixin private final PromptOptions prompt = new PromptOptions();

  @Option(
      names = "--special",
      description = "Parse the spellings of control tokens, e.g. <|im_end|>.")
  private boolean special;

  @Option(
      names = "--no-bos",
      description = "Leave out the beginning-of-sequence token that the model wants.")
  private boolean noBos;

  @Option(names = "--json", description = "Print {\"ids\": [...]}.")
  private boolean json;

  TokenizeCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, InterruptedException {
    @Nullable String text = prompt.read(terminal);
    if (text == null && terminal.isTerminal(0)) {
      throw new IllegalArgumentException(
          "a text must be given: use --prompt TEXT, --prompt-file FILE or standard input");
    }
    Tokenizer tokenizer;
    try (GgufFile file = GgufFile.open(model.file(terminal))) {
      tokenizer = Tokenizers.of(file);
    }
    String given = text == null ? "" : text;
    int[] ids = noBos ? tokenizer.encode(given, special) : tokenizer.encodePrompt(given, special);
    if (json) {
      Json.print(terminal, Map.of("ids", ids));
    } else {
      for (int id : ids) {
        terminal.out().println(id + "\t" + OneLine.of(tokenizer.piece(id)));
      }
    }
    return 0;
  }
}
