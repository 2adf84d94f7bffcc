package updraft.sim;

import java.lang.foreign.MemorySegment;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** An array of the host and its copy on the device, which starts as garbage. */
final class DeviceArray {

  private static final byte GARBAGE = (byte) 0xA5;

  private final TornadoNativeArray host;
  private final TornadoNativeArray device;
  private boolean transferred;

  DeviceArray(TornadoNativeArray host) {
    this.host = host;
    this.device = ArrayAccess.get().emptyCopy(host);
    device.getSegment().fill(GARBAGE);
  }

  TornadoNativeArray device() {
    return device;
  }

  boolean transferred() {
    return transferred;
  }

  void copyIn() {
    MemorySegment.copy(host.getSegment(), 0, device.getSegment(), 0, bytes());
    transferred = true;
  }

  void copyOut() {
    MemorySegment.copy(device.getSegment(), 0, host.getSegment(), 0, bytes());
  }

  long bytes() {
    return host.getNumBytesOfSegment();
  }
}
