package updraft.tornado;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** As TornadoVM hands arrays from graph to graph, on a device. */
@Tag("tornadovm")
class DeviceLayerCutTest extends LayerCutContract {
  @BeforeEach
  void requireDevice() {
    String reason = new TornadoProvider().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }
}
