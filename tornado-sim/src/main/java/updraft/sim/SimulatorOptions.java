package updraft.sim;

/**
 * What the simulator does beside running kernels.
 *
 * @param checks whether kernels are checked while they run: {@code -Dupdraft.sim.checks=full|off}
 * @param launches how many kernels a graph launches before its device counts as lost: {@code
 *     -Dupdraft.sim.launches=N}, for tests of what happens then
 */
record SimulatorOptions(boolean checks, long launches) {

  static final String CHECKS = "updraft.sim.checks";

  static final String LAUNCHES = "updraft.sim.launches";

  static SimulatorOptions fromProperties() {
    String level = System.getProperty(CHECKS, "full");
    long launches = Long.getLong(LAUNCHES, Long.MAX_VALUE);
    return switch (level) {
      case "full" -> new SimulatorOptions(true, launches);
      case "off" -> new SimulatorOptions(false, launches);
      default ->
          throw new IllegalArgumentException(
              CHECKS + " must be full or off: " + CHECKS + "=" + level);
    };
  }
}
