package updraft.server.models;

import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import updraft.engine.Engine;

/**
 * The models of a server: one is loaded when it is first asked for, stays while somebody uses it,
 * and makes room when it is idle for long or another needs the memory. They are loaded one at a
 * time. Thread-safe.
 */
public final class Models implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Models.class.getName());

  private final Map<String, ModelOffer> offers = new LinkedHashMap<>();
  private final ModelOffer first;
  private final ModelLimits limits;
  private final OpenTelemetry openTelemetry;
  private final PrometheusRegistry registry;
  private final ModelTable table;
  private final IdleWatch watch;

  /** Held while a model is loaded. */
  private final ReentrantLock loading = new ReentrantLock();

  /**
   * @param offers at least one, of different names; the first answers requests that name none
   * @param openTelemetry where the engines' spans go
   * @param registry for metrics of the process as a whole
   */
  public Models(
      List<ModelOffer> offers,
      ModelLimits limits,
      OpenTelemetry openTelemetry,
      PrometheusRegistry registry) {
    this(offers, limits, openTelemetry, registry, System::nanoTime);
  }

  Models(
      List<ModelOffer> offers,
      ModelLimits limits,
      OpenTelemetry openTelemetry,
      PrometheusRegistry registry,
      LongSupplier clock) {
    if (offers.isEmpty()) {
      throw new IllegalArgumentException("a server must have at least one model: models=0");
    }
    for (ModelOffer offer : offers) {
      if (this.offers.put(offer.name(), offer) != null) {
        throw new IllegalArgumentException(
            "models must have different names: name=" + offer.name() + "; give it as NAME=FILE");
      }
    }
    this.first = offers.getFirst();
    this.limits = limits;
    this.openTelemetry = openTelemetry;
    this.registry = registry;
    this.table = new ModelTable(clock);
    this.watch = new IdleWatch(limits.idle(), this::unloadIdle);
  }

  /** One model, loaded already and for good. */
  public static Models of(Engine engine) {
    Models models =
        new Models(
            List.of(new ModelOffer(engine.modelName(), 0, () -> engine)),
            ModelLimits.NONE,
            engine.options().openTelemetry(),
            new PrometheusRegistry());
    models.lease(null).close();
    return models;
  }

  /** Names, in the order of the offers. */
  public List<String> names() {
    return List.copyOf(offers.keySet());
  }

  public OpenTelemetry openTelemetry() {
    return openTelemetry;
  }

  /** Metrics of the process as a whole. */
  public PrometheusRegistry registry() {
    return registry;
  }

  /**
   * A model to use, loaded if it is not.
   *
   * @param name null for the first
   * @throws UnknownModelException if there is none of this name
   * @throws ModelUnavailableException if it cannot be loaded
   */
  public ModelLease lease(@Nullable String name) {
    ModelOffer offer = offer(name);
    LoadedModel present = table.use(offer);
    return new ModelLease(table, present == null ? load(offer) : present);
  }

  /**
   * @throws UnknownModelException if there is none of this name
   */
  public ModelStatus status(@Nullable String name) {
    return table.status(List.of(offer(name).name())).getFirst();
  }

  /** All models as of now, in the order of the offers. */
  public List<ModelStatus> status() {
    return table.status(offers.keySet());
  }

  /** The engines that are loaded, in the order of the offers; unleased, they may close any time. */
  public List<Engine> engines() {
    List<Engine> engines = new ArrayList<>();
    for (ModelStatus model : status()) {
      if (model.engine() != null) {
        engines.add(model.engine());
      }
    }
    return engines;
  }

  private ModelOffer offer(@Nullable String name) {
    ModelOffer offer = name == null ? first : offers.get(name);
    if (offer == null) {
      throw new UnknownModelException(
          "model must be " + String.join(" or ", names()) + ": model=" + name);
    }
    return offer;
  }

  private LoadedModel load(ModelOffer offer) {
    loading.lock();
    try {
      LoadedModel present = table.use(offer); // somebody else may have waited for the same one
      if (present == null) {
        makeRoom(offer);
        present = open(offer);
      }
      return present;
    } finally {
      loading.unlock();
    }
  }

  /** Unloads models in use by nobody, those idle for longest first, until the offer fits. */
  private void makeRoom(ModelOffer offer) {
    while (!table.isEmpty() && offer.bytes() > limits.memoryBytes() - table.bytes()) {
      LoadedModel idlest = table.removeIdlest().orElseThrow(() -> noRoom(offer));
      unload(idlest, "room for " + offer.name());
    }
  }

  private ModelUnavailableException noRoom(ModelOffer offer) {
    return new ModelUnavailableException(
        "a model must fit beside those that are answering: model="
            + offer.name()
            + ", needed="
            + (offer.bytes() >> 20)
            + " MB, taken="
            + (table.bytes() >> 20)
            + " MB, limit="
            + (limits.memoryBytes() >> 20)
            + " MB; try again when they have ended");
  }

  private LoadedModel open(ModelOffer offer) {
    String failure = null;
    table.begin(offer);
    try {
      Engine engine = openInRoom(offer);
      LoadedModel model = table.add(offer, engine);
      if (model == null) {
        engine.close();
        throw new ModelUnavailableException("the server is shutting down, try another one");
      }
      return model;
    } catch (ModelUnavailableException e) {
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) {
      failure = e instanceof OutOfMemoryError ? "memory ran out" : String.valueOf(e.getMessage());
      LOG.log(Level.WARNING, "model " + offer.name() + " could not be loaded: " + failure);
      throw new ModelUnavailableException(
          "a model must load: model=" + offer.name() + ", reason=" + failure, e);
    } finally {
      table.end(offer, failure);
    }
  }

  /** Estimates err: when memory runs out after all, idle models make room. */
  private Engine openInRoom(ModelOffer offer) {
    while (true) {
      try {
        return offer.opener().get();
      } catch (OutOfMemoryError e) {
        unload(table.removeIdlest().orElseThrow(() -> e), "memory ran out for " + offer.name());
      }
    }
  }

  private static void unload(LoadedModel model, String why) {
    model.engine.close();
    LOG.log(Level.INFO, "unloaded model " + model.offer.name() + ": " + why);
  }

  /** Unloads what nobody has used for the idle time. */
  void unloadIdle() {
    for (LoadedModel model : table.removeIdle(limits.idle().toNanos())) {
      unload(model, "idle for " + limits.idle().toSeconds() + " s");
    }
  }

  /** The trace level of requests that do not name their own, whichever model they ask for. */
  public int traceLevel() {
    return table.traceLevel();
  }

  /** Sets it for all models, those loaded later included. */
  public void traceLevel(int value) {
    table.traceLevel(value);
  }

  /** Closes all engines at once, so that they share the grace; loads none any more. Idempotent. */
  public void close(Duration grace) {
    watch.close();
    try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
      table.close().forEach(engine -> each.execute(() -> engine.close(grace)));
    }
  }

  /** Aborts what is being served. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
