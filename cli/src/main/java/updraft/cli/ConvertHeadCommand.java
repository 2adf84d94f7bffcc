package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import updraft.cli.heads.HeadConverter;
import updraft.cli.heads.HeadFormatException;
import updraft.cli.models.ModelException;
import updraft.model.QuantType;

/** {@code updraft convert-head}: a published EAGLE-3 head as a GGUF file. */
@Command(
    name = "convert-head",
    description = "Turn a published EAGLE-3 head into a GGUF file.",
    footer = {
      "",
      "Reads a safetensors file with its config.json beside it. The result is in llama.cpp's form;",
      "it is found by itself beside its model, and anywhere with --draft-model."
    })
final class ConvertHeadCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "FILE", description = "The head, a .safetensors file.")
  private Path head = Path.of("");

  @Mixin private final ModelOption model = new ModelOption();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The GGUF file to write.")
  private Path output = Path.of("");

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "How matrices are stored, e.g. Q8_0, F16. Default: Q8_0.")
  private String type = "Q8_0";

  ConvertHeadCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, ModelException, CommandException, InterruptedException {
    QuantType stored = type();
    try {
      HeadConverter.convert(head, model.file(terminal), stored, output);
    } catch (HeadFormatException e) {
      throw new CommandException(String.valueOf(e.getMessage()));
    }
    terminal.out().println(output + " " + Sizes.show(Files.size(output)));
    return 0;
  }

  private QuantType type() {
    return Arrays.stream(QuantType.values())
        .filter(known -> known != QuantType.I64 && known.name().equalsIgnoreCase(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--type must be one of "
                        + Arrays.stream(QuantType.values())
                            .filter(known -> known != QuantType.I64)
                            .toList()
                        + ": --type="
                        + type));
  }
}
