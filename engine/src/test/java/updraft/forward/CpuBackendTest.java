package updraft.forward;

import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

class CpuBackendTest extends BackendContract {
  @Override
  protected Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    return Backends.open("cpu", config, weights, options);
  }
}
