package updraft.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import updraft.forward.BackendProvider;
import updraft.forward.Backends;
import updraft.tornado.TornadoDevices;

/** {@code updraft devices}: what {@code --backend} may name here, and the devices behind it. */
@Command(name = "devices", description = "List backends, whether they run here, and devices.")
final class DevicesCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Option(names = "--json", description = "Print one object.")
  private boolean json;

  DevicesCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** The object of {@code --json}. */
  record Listing(List<Entry> backends, List<TornadoDevices.Entry> devices) {}

  /**
   * @param reason why it cannot run here, or null
   */
  record Entry(String name, boolean available, @Nullable String reason) {}

  @Override
  public Integer call() {
    List<Entry> backends = new ArrayList<>();
    for (BackendProvider provider : Backends.all()) {
      String reason = provider.unavailable();
      backends.add(new Entry(provider.name(), reason == null, reason));
    }
    Listing listing = new Listing(backends, TornadoDevices.all());
    if (json) {
      Json.print(terminal, listing);
    } else {
      print(listing);
    }
    return 0;
  }

  private void print(Listing listing) {
    for (Entry backend : listing.backends()) {
      terminal
          .out()
          .printf(
              "--backend %-12s %s%n",
              backend.name(),
              backend.reason() == null
                  ? "runs here"
                  : "does not run here: " + OneLine.of(backend.reason()));
    }
    for (TornadoDevices.Entry device : listing.devices()) {
      terminal
          .out()
          .printf(
              "device %-15s %s, %s%n",
              device.number(), OneLine.of(device.name()), Sizes.show(device.memoryBytes()));
    }
  }
}
