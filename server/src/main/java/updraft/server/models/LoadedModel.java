package updraft.server.models;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;

/** A model while it is loaded. What changes is guarded by the monitor of {@link ModelTable}. */
final class LoadedModel {
  final ModelOffer offer;
  final Engine engine;
  int users;
  long idleSinceNanos;

  /** Guarded by a monitor of its own, since making it may take a while. */
  private @Nullable Object companion;

  LoadedModel(ModelOffer offer, Engine engine, long nowNanos) {
    this.offer = offer;
    this.engine = engine;
    this.idleSinceNanos = nowNanos;
  }

  synchronized Object companion(Function<Engine, ?> maker) {
    Object made = companion;
    if (made == null) {
      made = maker.apply(engine);
      companion = made;
    }
    return made;
  }
}
