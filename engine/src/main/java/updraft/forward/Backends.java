package updraft.forward;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** The one place where a backend is chosen. Refuses rather than falls back. */
public final class Backends {
  private static final Logger LOG = System.getLogger(Backends.class.getName());

  private Backends() {}

  /** All kinds there are, whether or not they can run here. */
  public static List<BackendProvider> all() {
    return ServiceLoader.load(BackendProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }

  /**
   * Loads a model onto the backend of a name.
   *
   * @throws IllegalArgumentException if there is no such backend or it cannot run here
   */
  public static Backend open(
      String name, ModelConfig config, ModelWeights weights, BackendOptions options) {
    BackendProvider provider =
        all().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "backend must be one of "
                            + all().stream()
                                .map(BackendProvider::name)
                                .collect(Collectors.joining(", "))
                            + ": backend="
                            + name));
    String reason = provider.unavailable();
    if (reason != null) {
      throw new IllegalArgumentException(
          "backend cannot run here: backend=" + name + ", " + reason);
    }
    Backend backend = provider.open(config, weights, options);
    LOG.log(Level.INFO, backend.description());
    return backend;
  }
}
