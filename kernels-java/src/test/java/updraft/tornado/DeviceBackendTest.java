package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
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

  @Override
  protected void assertChoosing(int[] chosen) {
    assertThat(Arrays.stream(chosen).filter(token -> token >= 0).count())
        .isGreaterThanOrEqualTo(16);
  }
}
