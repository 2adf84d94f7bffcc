package updraft.sim;

/**
 * What the simulator does beside running kernels.
 *
 * @param checks whether kernels are checked while they run: {@code -Dupdraft.sim.checks=full|off}
 * @param launches how many kernels a graph launches before its device counts as lost: {@code
 *     -Dupdraft.sim.launches=N}, for tests of what happens then
 * @param uncompilable the task whose kernel does not compile: {@code
 *     -Dupdraft.sim.uncompilable=ID}, likewise; empty for none
 */
record SimulatorOptions(boolean checks, long launches, String uncompilable) {

  static final String CHECKS = "updraft.sim.checks";

  static final String LAUNCHES = "updraft.sim.launches";

  static final String UNCOMPILABLE = "updraft.sim.uncompilable";

  static SimulatorOptions fromProperties() {
    String level = System.getProperty(CHECKS, "full");
    long launches = Long.getLong(LAUNCHES, Long.MAX_VALUE);
    String uncompilable = System.getProperty(UNCOMPILABLE, "");
    return switch (level) {
      case "full" -> new SimulatorOptions(true, launches, uncompilable);
      case "off" -> new SimulatorOptions(false, launches, uncompilable);
      default ->
          throw new IllegalArgumentException(
              CHECKS + " must be full or off: " + CHECKS + "=" + level);
    };
  }
}
