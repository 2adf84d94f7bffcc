package updraft.sim;

import java.util.IdentityHashMap;
import uk.ac.manchester.tornado.api.exceptions.TornadoOutOfMemoryException;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/** A graph's arrays on the device. */
final class GraphMemory {

  private final String graph;
  private final boolean checks;
  private final IdentityHashMap<Object, DeviceArray> arrays = new IdentityHashMap<>();
  private long limit = Long.MAX_VALUE;

  GraphMemory(String graph, boolean checks) {
    this.graph = graph;
    this.checks = checks;
  }

  /** The copy of {@code array}, made when it is asked for the first time. */
  DeviceArray of(Object array) {
    DeviceArray known = arrays.get(array);
    if (known != null) {
      return known;
    }
    if (!(array instanceof TornadoNativeArray host)) {
      throw new TornadoRuntimeException(
          "an array must be one of uk.ac.manchester.tornado.api.types.arrays: graph="
              + graph
              + ", type="
              + array.getClass().getName());
    }
    long needed = bytes() + host.getNumBytesOfSegment();
    if (needed > limit) {
      throw new TornadoOutOfMemoryException(
          "device memory must hold the graph's arrays: graph="
              + graph
              + ", bytes="
              + needed
              + ", limit="
              + limit);
    }
    DeviceArray made = new DeviceArray(host, checks);
    arrays.put(array, made);
    return made;
  }

  boolean holds(Object array) {
    return arrays.containsKey(array);
  }

  void share(Object array, GraphMemory owner) {
    arrays.put(array, owner.of(array));
  }

  void copyToHost(Object array) {
    if (!holds(array)) {
      throw new TornadoRuntimeException(
          "an array must be on the device to be copied to the host: graph=" + graph);
    }
    of(array).copyOut(graph);
  }

  void limit(long bytes) {
    limit = bytes;
  }

  void free() {
    arrays.clear();
  }

  long bytes() {
    return arrays.values().stream().mapToLong(DeviceArray::bytes).sum();
  }
}
