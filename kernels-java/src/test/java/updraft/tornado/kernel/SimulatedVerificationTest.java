package updraft.tornado.kernel;

import org.junit.jupiter.api.BeforeEach;

/** On the simulator, with its checks: in every build. */
class SimulatedVerificationTest extends VerificationContract {
  @BeforeEach
  void requireSimulator() {
    Launch.requireSimulator();
  }
}
