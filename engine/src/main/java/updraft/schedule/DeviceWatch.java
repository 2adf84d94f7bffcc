package updraft.schedule;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import updraft.forward.DeviceMeter;
import updraft.trace.DeviceCost;
import updraft.trace.TraceClock;

/** Tells the sequences of a stage what the device did in it; nothing without a device. */
final class DeviceWatch {
  private final Supplier<@Nullable DeviceMeter> device;
  private final TraceClock clock;
  private long startNanos;
  private long launches;
  private long launchNanos;
  private long transferNanos;
  private long bytesBack;

  DeviceWatch(Supplier<@Nullable DeviceMeter> device, TraceClock clock) {
    this.device = device;
    this.clock = clock;
  }

  /** A stage begins. */
  void start() {
    DeviceMeter meter = device.get();
    if (meter != null) {
      startNanos = clock.nanoTime();
      launches = meter.launches();
      launchNanos = meter.launchNanos();
      transferNanos = meter.transferNanos();
      bytesBack = meter.bytesBack();
    }
  }

  /** The stage is about to end for these sequences. */
  void tell(List<Sequence> sequences) {
    DeviceMeter meter = device.get();
    if (meter == null || sequences.isEmpty()) {
      return;
    }
    long launching = meter.launchNanos() - launchNanos;
    long transferring = meter.transferNanos() - transferNanos;
    DeviceCost cost =
        new DeviceCost(
            meter.launches() - launches,
            launching,
            transferring,
            clock.nanoTime() - startNanos - launching - transferring,
            meter.bytesBack() - bytesBack);
    for (int i = 0; i < sequences.size(); i++) {
      sequences.get(i).times().device(cost);
    }
  }
}
