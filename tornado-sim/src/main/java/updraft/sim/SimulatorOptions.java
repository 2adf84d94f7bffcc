package updraft.sim;

/** Whether kernels are checked while they run: {@code -Dupdraft.sim.checks=full|off}. */
record SimulatorOptions(boolean checks) {

  static final String CHECKS = "updraft.sim.checks";

  static SimulatorOptions fromProperties() {
    String level = System.getProperty(CHECKS, "full");
    return switch (level) {
      case "full" -> new SimulatorOptions(true);
      case "off" -> new SimulatorOptions(false);
      default ->
          throw new IllegalArgumentException(
              CHECKS + " must be full or off: " + CHECKS + "=" + level);
    };
  }
}
