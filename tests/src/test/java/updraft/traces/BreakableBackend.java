package updraft.traces;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendProvider;
import updraft.forward.HashBackend;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;

/** The hash backend, which breaks in a forward that the test chooses. */
public final class BreakableBackend implements BackendProvider {
  static final String NAME = "breakable";

  private static final AtomicInteger LEFT = new AtomicInteger(-1);

  /** The forward after so many breaks, once. */
  static void breakAfter(int forwards) {
    LEFT.set(forwards);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public @Nullable String unavailable() {
    return null;
  }

  @Override
  public Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    HashBackend opened = (HashBackend) new HashBackend.Provider().open(config, weights, options);
    opened.beforeForward(
        () -> {
          if (LEFT.getAndDecrement() == 0) {
            throw new IllegalStateException("the test breaks this forward");
          }
        });
    return opened;
  }
}
