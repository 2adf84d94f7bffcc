package updraft.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import updraft.cli.models.ModelException;
import updraft.cli.models.ModelStore;
import updraft.model.GgufFile;

/** {@code updraft inspect}: what a GGUF file holds, whether or not the engine runs it. */
@Command(name = "inspect", description = "Show what a GGUF file holds.")
final class InspectCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME|FILE",
      description = "A GGUF file, or a name out of `updraft models`. Default: java-5m.")
  private String model = ModelStore.EMBEDDED;

  @Option(names = "--metadata", description = "Show every metadata key too.")
  private boolean metadata;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws ModelException, InterruptedException {
    try (GgufFile file = GgufFile.open(ModelOption.file(model, terminal))) {
      Inspection inspection = Inspection.of(file);
      if (json) {
        Json.print(terminal, inspection);
        return 0;
      }
      inspection.lines().forEach(terminal.out()::println);
      if (metadata) {
        terminal.out().println();
        for (Map.Entry<String, String> entry : inspection.metadata().entrySet()) {
          terminal.out().println(OneLine.of(entry.getKey() + " = " + entry.getValue()));
        }
      }
      return 0;
    }
  }
}
