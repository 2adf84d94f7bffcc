package updraft.tornado;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** A request from prompt to answer on a device. */
@Tag("tornadovm")
class DeviceSpeculationTest extends SpeculationContract {
  @BeforeEach
  void requireDevice() {
    String reason = new TornadoProvider().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  @Override
  String backend() {
    return "tornado";
  }

  @Override
  String plainBackend() {
    return "tornado";
  }
}
