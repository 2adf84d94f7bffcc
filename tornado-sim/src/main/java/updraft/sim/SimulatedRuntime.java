package updraft.sim;

import java.util.List;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoRuntimeException;

/**
 * One back end with one device: this JVM. With {@code -Dupdraft.sim.devices=0} there is none, for
 * tests of what is said then.
 */
public final class SimulatedRuntime implements TornadoRuntime {

  private final TornadoBackend backend = new Simulator();

  @Override
  public TornadoBackend getBackend(int index) {
    onlyZero("back end", index);
    return backend;
  }

  @Override
  public void setDefaultBackend(int index) {
    onlyZero("back end", index);
  }

  @Override
  public TornadoVMBackendType getBackendType(int index) {
    return getBackend(index).getBackendType();
  }

  @Override
  public int getNumBackends() {
    return 1;
  }

  @Override
  public TornadoDevice getDefaultDevice() {
    return backend.getDefaultDevice();
  }

  private static void onlyZero(String what, int index) {
    if (index != 0) {
      throw new TornadoRuntimeException(
          "the simulator has one " + what + ": index=" + index + ", use 0");
    }
  }

  private static final class Simulator implements TornadoBackend {

    private final TornadoDevice device = new Device();

    @Override
    public TornadoDevice getDefaultDevice() {
      return device;
    }

    @Override
    public void setDefaultDevice(int index) {
      onlyZero("device", index);
    }

    @Override
    public int getNumDevices() {
      return Integer.getInteger("updraft.sim.devices", 1);
    }

    @Override
    public TornadoDevice getDevice(int index) {
      onlyZero("device", index);
      return device;
    }

    @Override
    public List<TornadoDevice> getAllDevices() {
      return List.of(device);
    }

    @Override
    public TornadoDeviceType getTypeDefaultDevice() {
      return device.getDeviceType();
    }

    @Override
    public String getName() {
      return "simulator";
    }

    @Override
    public int getNumPlatforms() {
      return 1;
    }

    @Override
    public TornadoVMBackendType getBackendType() {
      return TornadoVMBackendType.JAVA;
    }
  }

  private static final class Device implements TornadoDevice {
    @Override
    public String getDeviceName() {
      return "Updraft simulator (no GPU)";
    }

    @Override
    public String getDescription() {
      return "Updraft simulator: runs and checks kernels on this JVM, slowly";
    }

    @Override
    public String getPlatformName() {
      return "JVM " + Runtime.version().feature();
    }

    @Override
    public TornadoDeviceType getDeviceType() {
      return TornadoDeviceType.CPU;
    }

    @Override
    public long getMaxAllocMemory() {
      return Integer.MAX_VALUE;
    }

    @Override
    public long getMaxGlobalMemory() {
      return Runtime.getRuntime().maxMemory();
    }

    @Override
    public long getDeviceLocalMemorySize() {
      return Grid.MAX_LOCAL_BYTES;
    }

    @Override
    public long[] getDeviceMaxWorkgroupDimensions() {
      return new long[] {Grid.MAX_GROUP, Grid.MAX_GROUP, 64};
    }

    @Override
    public int getBackendIndex() {
      return 0;
    }

    @Override
    public TornadoVMBackendType getTornadoVMBackend() {
      return TornadoVMBackendType.JAVA;
    }
  }
}
