package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import updraft.cli.models.KnownModel;
import updraft.cli.models.ModelStore;

/** {@code updraft models}: what is in the user's folder, and what has a name. */
@Command(name = "models", description = "List models on this machine, and names to pull.")
final class ModelsCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  ModelsCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The object of {@code --json}. */
  record Listing(String folder, List<Entry> models) {}

  /**
   * @param file where it is, or null when it is not here
   * @param description of a known model, or null
   */
  record Entry(
      String name,
      boolean present,
      @Nullable String file,
      long bytes,
      @Nullable String description) {}

  @Override
  public Integer call() throws IOException {
    ModelStore store = terminal.models();
    List<Entry> entries = new ArrayList<>();
    List<Path> known = new ArrayList<>();
    Optional<Path> embedded = store.find(ModelStore.EMBEDDED);
    if (embedded.isPresent()) {
      entries.add(
          new Entry(
              ModelStore.EMBEDDED,
              true,
              embedded.get().toString(),
              Files.size(embedded.get()),
              "comes with Updraft, completes Java code, Apache-2.0"));
    }
    for (KnownModel model : KnownModel.ALL) {
      Path file = store.folder().resolve(model.file());
      known.add(file);
      boolean present = Files.isRegularFile(file);
      entries.add(
          new Entry(
              model.name(),
              present,
              present ? file.toString() : null,
              present ? Files.size(file) : 0,
              model.description()));
    }
    for (Path file : store.list()) {
      if (!known.contains(file)) {
        String name = file.getFileName().toString();
        entries.add(
            new Entry(
                name.substring(0, name.length() - ".gguf".length()),
                true,
                file.toString(),
                Files.size(file),
                null));
      }
    }
    print(new Listing(store.folder().toString(), entries));
    return 0;
  }

  private void print(Listing listing) {
    if (json) {
      Json.print(terminal, listing);
      return;
    }
    int width = listing.models().stream().mapToInt(entry -> entry.name().length()).max().orElse(0);
    for (Entry entry : listing.models()) {
      String size = entry.present() ? Sizes.show(entry.bytes()) : "not here";
      String more = entry.description() == null ? "" : "  " + entry.description();
      terminal
          .out()
          .println(String.format(Locale.ROOT, "%-" + width + "s  %9s%s", entry.name(), size, more));
    }
    terminal.out().println();
    terminal.out().println("in " + listing.folder() + "; get more with `updraft pull`");
  }
}
