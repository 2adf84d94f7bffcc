package updraft.forward;

import org.jspecify.annotations.Nullable;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** A kind of backend, found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** The name that {@code --backend} takes. */
  String name();

  /** Why it cannot run on this machine, in one sentence that says what to do, or null if it can. */
  @Nullable String unavailable();

  /**
   * Loads a model. The weights' file may be closed afterwards.
   *
   * @throws IllegalArgumentException if an option does not suit the model or the machine
   */
  Backend open(ModelConfig config, ModelWeights weights, BackendOptions options);
}
