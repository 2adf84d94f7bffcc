package updraft.sim;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** An array of the host and its copy on the device, which starts as garbage. */
final class DeviceArray {

  private static final byte GARBAGE = (byte) 0xA5;

  private final TornadoNativeArray host;
  private final TornadoNativeArray device;
  private final @Nullable Cells cells;
  private boolean transferred;

  DeviceArray(TornadoNativeArray host, boolean checks) {
    this.host = host;
    this.device = ArrayAccess.get().emptyCopy(host);
    this.cells = checks ? new Cells("unnamed", host.getSize()) : null;
    device.getSegment().fill(GARBAGE);
    ArrayAccess.get().watch(device, cells);
  }

  TornadoNativeArray device() {
    return device;
  }

  boolean transferred() {
    return transferred;
  }

  void watch(Checker checker, String name, boolean shared) {
    if (cells != null) {
      cells.watchedBy(checker, name, shared);
    }
  }

  void copyIn() {
    MemorySegment.copy(host.getSegment(), 0, device.getSegment(), 0, bytes());
    transferred = true;
    if (cells != null) {
      cells.wholeWritten();
    }
  }

  void copyOut(String graph) {
    if (cells != null && cells.firstUnwritten() >= 0) {
      throw new KernelFault(
          "an array must be wholly written before it is copied to the host: graph="
              + graph
              + ", array="
              + cells.name()
              + ", element="
              + cells.firstUnwritten()
              + ", size="
              + cells.size()
              + ", last written by task="
              + cells.lastTask()
              + "; an array that the first task only writes is never copied in, whatever the mode");
    }
    MemorySegment.copy(device.getSegment(), 0, host.getSegment(), 0, bytes());
  }

  long bytes() {
    return host.getNumBytesOfSegment();
  }
}
