package updraft.tornado;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import updraft.forward.Backend;
import updraft.forward.BackendContract;
import updraft.forward.BackendOptions;
import updraft.forward.Backends;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** What every backend promises, of the kernels as TornadoVM compiles them, on a device. */
@Tag("tornadovm")
class DeviceBackendTest extends BackendContract {
  @Override
  protected Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    String reason = new TornadoProvider().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
    return Backends.open("tornado", config, weights, options);
  }
}
