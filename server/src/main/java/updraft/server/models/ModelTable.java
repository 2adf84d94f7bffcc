package updraft.server.models;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;
import updraft.server.models.ModelStatus.State;

/** What is loaded, in use and idle. Thread-safe; no call waits for an engine. */
final class ModelTable {
  private final LongSupplier clock;
  private final Map<String, LoadedModel> loaded = new HashMap<>();
  private final Map<String, Long> loads = new HashMap<>();
  private final Map<String, String> failures = new HashMap<>();
  private @Nullable String nowLoading;
  private @Nullable Integer level;
  private boolean closed;

  ModelTable(LongSupplier clock) {
    this.clock = clock;
  }

  /** The model with one more user, or null when it is not loaded. */
  synchronized @Nullable LoadedModel use(ModelOffer offer) {
    LoadedModel model = loaded.get(offer.name());
    if (model != null) {
      model.users++;
    }
    return model;
  }

  synchronized void giveBack(LoadedModel model) {
    model.users--;
    model.idleSinceNanos = clock.getAsLong();
  }

  synchronized void begin(ModelOffer offer) {
    nowLoading = offer.name();
  }

  /**
   * @param failure why it was not loaded, or null
   */
  synchronized void end(ModelOffer offer, @Nullable String failure) {
    nowLoading = null;
    if (failure == null) {
      failures.remove(offer.name());
    } else {
      failures.put(offer.name(), failure);
    }
  }

  /** A model that was loaded, with its first user; null when the table was closed meanwhile. */
  synchronized @Nullable LoadedModel add(ModelOffer offer, Engine engine) {
    if (closed) {
      return null;
    }
    if (level != null) {
      engine.tracing().level(level);
    }
    LoadedModel model = new LoadedModel(offer, engine, clock.getAsLong());
    model.users++;
    loaded.put(offer.name(), model);
    loads.merge(offer.name(), 1L, Long::sum);
    return model;
  }

  /** What loaded models take, by their offers. */
  synchronized long bytes() {
    return loaded.values().stream().mapToLong(model -> model.offer.bytes()).sum();
  }

  synchronized boolean isEmpty() {
    return loaded.isEmpty();
  }

  /** Takes out the model that nobody has used for longest; empty when all are in use. */
  synchronized Optional<LoadedModel> removeIdlest() {
    long now = clock.getAsLong();
    Optional<LoadedModel> idlest =
        loaded.values().stream()
            .filter(model -> model.users == 0)
            .max(Comparator.comparingLong(model -> now - model.idleSinceNanos));
    idlest.ifPresent(model -> loaded.remove(model.offer.name()));
    return idlest;
  }

  /** Takes out what nobody has used for so long. */
  synchronized List<LoadedModel> removeIdle(long nanos) {
    long now = clock.getAsLong();
    List<LoadedModel> idle =
        loaded.values().stream()
            .filter(model -> model.users == 0 && now - model.idleSinceNanos >= nanos)
            .toList();
    idle.forEach(model -> loaded.remove(model.offer.name()));
    return idle;
  }

  /** The models of these names as of now. */
  synchronized List<ModelStatus> status(Collection<String> names) {
    List<ModelStatus> all = new ArrayList<>();
    for (String name : names) {
      LoadedModel model = loaded.get(name);
      State idle = name.equals(nowLoading) ? State.LOADING : State.UNLOADED;
      all.add(
          new ModelStatus(
              name,
              model == null ? idle : State.LOADED,
              loads.getOrDefault(name, 0L),
              failures.get(name),
              model == null ? null : model.engine));
    }
    return all;
  }

  /** The level that was set for all, or else the highest of those loaded. */
  synchronized int traceLevel() {
    return level != null
        ? level
        : loaded.values().stream()
            .mapToInt(model -> model.engine.tracing().level())
            .max()
            .orElse(0);
  }

  synchronized void traceLevel(int value) {
    loaded.values().forEach(model -> model.engine.tracing().level(value));
    level = value;
  }

  /** From now on nothing is added; the engines that are loaded. */
  synchronized List<Engine> close() {
    closed = true;
    return loaded.values().stream().map(model -> model.engine).toList();
  }
}
