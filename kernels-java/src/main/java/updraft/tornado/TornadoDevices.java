package updraft.tornado;

import java.util.List;

/** What TornadoVM finds on this machine, for people to see. */
public final class TornadoDevices {
  private TornadoDevices() {}

  /**
   * A device.
   *
   * @param number as TornadoVM counts it: back end, then device
   * @param memoryBytes of the device
   * @param simulated whether it is this JVM
   */
  public record Entry(String number, String name, long memoryBytes, boolean simulated) {}

  /** All devices; the first is what {@code --backend tornado} takes. Empty without a runtime. */
  public static List<Entry> all() {
    try {
      return Device.all().stream()
          .map(d -> new Entry(d.number(), d.name(), d.memory(), d.simulated()))
          .toList();
    } catch (LinkageError | RuntimeException e) {
      return List.of();
    }
  }
}
