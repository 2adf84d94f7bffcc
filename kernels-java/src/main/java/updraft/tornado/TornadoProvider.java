package updraft.tornado;

import java.util.List;
import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendProvider;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** The device that TornadoVM was started with: a GPU, usually. */
public final class TornadoProvider implements BackendProvider {
  @Override
  public String name() {
    return "tornado";
  }

  @Override
  public @Nullable String unavailable() {
    return Found.reason(false);
  }

  @Override
  public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    return new TornadoBackend(name(), Found.device(), config, weights, options);
  }

  /** The same kernels on this JVM, checked and slow: for tests, and to look at what they do. */
  public static final class Simulator implements BackendProvider {
    @Override
    public String name() {
      return "tornado-sim";
    }

    @Override
    public @Nullable String unavailable() {
      return Found.reason(true);
    }

    @Override
    public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
      return new TornadoBackend(name(), Found.device(), config, weights, options);
    }
  }

  /** What TornadoVM finds, or why it finds nothing. */
  private static final class Found {
    private Found() {}

    static Device device() {
      return Device.all().getFirst();
    }

    static @Nullable String reason(boolean simulated) {
      List<Device> devices;
      try {
        devices = Device.all();
      } catch (LinkageError | RuntimeException e) {
        return "TornadoVM's runtime must be there: "
            + e.getClass().getSimpleName()
            + "; run ./setup-tornado.sh and export TORNADOVM_HOME as it says";
      }
      if (devices.isEmpty()) {
        return "TornadoVM must find a device: none found; check the driver with ./setup-tornado.sh"
            + " --check";
      }
      if (devices.getFirst().simulated() == simulated) {
        return null;
      }
      return simulated
          ? "TORNADOVM_HOME must not be set: the real TornadoVM is in the simulator's place"
          : "TORNADOVM_HOME must be set: run ./setup-tornado.sh and export it as that says";
    }
  }
}
