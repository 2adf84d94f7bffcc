package updraft.tornado;

/** A request from prompt to answer on the simulator, in every build. */
class SimulatedSpeculationTest extends SpeculationContract {
  @Override
  String backend() {
    return "tornado-sim";
  }
}
