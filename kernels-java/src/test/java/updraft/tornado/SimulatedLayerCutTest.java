package updraft.tornado;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** On the simulator, in every build. */
class SimulatedLayerCutTest extends LayerCutContract {
  @BeforeEach
  void requireSimulator() {
    String reason = new TornadoProvider.Simulator().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }
}
