package updraft.tornado.kernel;

import org.junit.jupiter.api.BeforeEach;

/** On the simulator, with its checks: in every build. */
class SimulatedMatMulTest extends MatMulContract {
  @BeforeEach
  void requireSimulator() {
    Launch.requireSimulator();
  }
}
