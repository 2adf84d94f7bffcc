package updraft.trace;

/**
 * What a device did during a stage of a step, of all sequences in it.
 *
 * @param launches kernels
 * @param launchNanos host's time in launching them and waiting for them
 * @param transferNanos host's time in copying results back that it asked for
 * @param hostNanos the stage's other time
 * @param bytesBack bytes of results that came back
 */
public record DeviceCost(
    long launches, long launchNanos, long transferNanos, long hostNanos, long bytesBack) {}
