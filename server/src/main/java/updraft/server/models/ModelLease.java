package updraft.server.models;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import updraft.engine.Engine;

/** The use of a loaded model, which stays loaded until this is closed. */
public final class ModelLease implements AutoCloseable {
  private final ModelTable table;
  private final LoadedModel model;
  private final AtomicBoolean closed = new AtomicBoolean();

  ModelLease(ModelTable table, LoadedModel model) {
    this.table = table;
    this.model = model;
  }

  public Engine engine() {
    return model.engine;
  }

  /** What the server makes once of a loaded model, dropped with it; of one type. */
  public <T> T companion(Class<T> type, Function<Engine, T> maker) {
    return type.cast(model.companion(maker));
  }

  /** Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      table.giveBack(model);
    }
  }
}
