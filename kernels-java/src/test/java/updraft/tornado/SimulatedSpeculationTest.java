package updraft.tornado;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;

/** A request from prompt to answer on the simulator, in every build. */
class SimulatedSpeculationTest extends SpeculationContract {
  @BeforeEach
  void requireSimulator() {
    String reason = new TornadoProvider.Simulator().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  @Override
  String backend() {
    return "tornado-sim";
  }

  @Override
  String plainBackend() {
    return "cpu";
  }
}
