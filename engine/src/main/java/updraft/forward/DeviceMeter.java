package updraft.forward;

/**
 * What a backend's device has cost since it was opened, on the host's clock. Of the thread that
 * drives the backend.
 */
public final class DeviceMeter {
  private long launches;
  private long launchNanos;
  private long transferNanos;
  private long bytesBack;

  /**
   * Kernels were launched and have run.
   *
   * @param nanos from the call to its return: inputs copied, launched, computed, waited for
   * @param bytes of results that came back with them
   */
  public void launched(int kernels, long nanos, long bytes) {
    launches += kernels;
    launchNanos += nanos;
    bytesBack += bytes;
  }

  /** Results were asked for and copied back. */
  public void transferred(long bytes, long nanos) {
    bytesBack += bytes;
    transferNanos += nanos;
  }

  public long launches() {
    return launches;
  }

  public long launchNanos() {
    return launchNanos;
  }

  public long transferNanos() {
    return transferNanos;
  }

  /** Bytes copied from the device to the host. */
  public long bytesBack() {
    return bytesBack;
  }
}
