package updraft.server.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.engine.Engine;
import updraft.engine.EngineOptions;
import updraft.model.TinyModels;
import updraft.request.GenerateRequest;
import updraft.schedule.EngineClosedException;
import updraft.server.models.ModelStatus.State;

/** Real engines over a tiny model, and a clock that the test moves. */
class ModelsTest {
  @TempDir Path folder;
  private Path file;
  private final AtomicLong now = new AtomicLong();
  private final AtomicInteger opened = new AtomicInteger();
  private Models models;

  @BeforeEach
  void writeModel() {
    file = TinyModels.llama(folder);
  }

  @AfterEach
  void close() {
    if (models != null) {
      models.close();
    }
  }

  private ModelOffer offer(String name, long bytes) {
    return new ModelOffer(name, bytes, () -> open(name));
  }

  private Engine open(String name) {
    opened.incrementAndGet();
    return Engine.open(EngineOptions.builder(file).name(name).backend("paced").threads(1).build());
  }

  private Models models(ModelLimits limits, ModelOffer... offers) {
    models =
        new Models(
            List.of(offers), limits, OpenTelemetry.noop(), new PrometheusRegistry(), now::get);
    return models;
  }

  private void use(String name) {
    models.lease(name).close();
  }

  private List<State> states() {
    return models.status().stream().map(ModelStatus::state).toList();
  }

  @Test
  void loadsAModelWhenItIsFirstAskedFor() {
    models(ModelLimits.NONE, offer("a", 1), offer("b", 1));
    assertThat(states()).containsExactly(State.UNLOADED, State.UNLOADED);

    try (ModelLease lease = models.lease("b")) {
      assertThat(lease.engine().modelName()).isEqualTo("b");
    }
    assertThat(states()).containsExactly(State.UNLOADED, State.LOADED);
    use(null);
    use("b");
    assertThat(states()).containsExactly(State.LOADED, State.LOADED);
    assertThat(opened).hasValue(2);
  }

  @Test
  void loadsAModelOnceForAllWhoAskAtTheSameTime() throws Exception {
    models(ModelLimits.NONE, offer("a", 1));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        all.add(threads.submit(() -> use("a")));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(opened).hasValue(1);
    assertThat(models.status("a").loads()).isEqualTo(1);
  }

  @Test
  void theOneIdleForLongestMakesRoom() {
    models(new ModelLimits(10, Duration.ZERO), offer("a", 4), offer("b", 4), offer("c", 4));
    use("a");
    now.set(1);
    use("b");
    now.set(2);
    use("a");
    now.set(3);
    Engine b = models.status("b").engine();
    use("c");

    assertThat(states()).containsExactly(State.LOADED, State.UNLOADED, State.LOADED);
    assertThat(b).isNotNull();
    assertThatThrownBy(() -> b.generate(GenerateRequest.builder(new int[] {1}).build()))
        .isInstanceOf(EngineClosedException.class);
    use("b");
    assertThat(models.status("b").loads()).isEqualTo(2);
  }

  @Test
  void aModelInUseStaysAndTheOtherIsRefused() {
    models(new ModelLimits(10, Duration.ZERO), offer("a", 6), offer("b", 6));
    try (ModelLease _ = models.lease("a")) {
      assertThatThrownBy(() -> use("b"))
          .isInstanceOf(ModelUnavailableException.class)
          .hasMessageStartingWith("a model must fit beside those that are answering: model=b");
      assertThat(states()).containsExactly(State.LOADED, State.UNLOADED);
    }
    use("b");
    assertThat(states()).containsExactly(State.UNLOADED, State.LOADED);
  }

  @Test
  void aModelLargerThanTheLimitIsTriedWhenItIsAlone() {
    models(new ModelLimits(10, Duration.ZERO), offer("a", 6), offer("b", 60));
    use("a");
    use("b");
    assertThat(states()).containsExactly(State.UNLOADED, State.LOADED);
  }

  @Test
  void unloadsWhatNobodyHasUsedForTheIdleTime() {
    models(new ModelLimits(10, Duration.ofHours(1)), offer("a", 1), offer("b", 1));
    ModelLease used = models.lease("a");
    use("b");
    now.set(Duration.ofHours(1).toNanos() - 1);
    models.unloadIdle();
    assertThat(states()).containsExactly(State.LOADED, State.LOADED);
    now.set(Duration.ofHours(1).toNanos());
    models.unloadIdle();
    assertThat(states()).containsExactly(State.LOADED, State.UNLOADED);

    used.close(); // idle from now on
    models.unloadIdle();
    assertThat(states()).containsExactly(State.LOADED, State.UNLOADED);
    now.set(Duration.ofHours(2).toNanos());
    models.unloadIdle();
    assertThat(states()).containsExactly(State.UNLOADED, State.UNLOADED);
  }

  @Test
  void aThreadLooksForIdleModels() {
    models =
        new Models(
            List.of(offer("a", 1)),
            new ModelLimits(10, Duration.ofMillis(200)),
            OpenTelemetry.noop(),
            new PrometheusRegistry());
    use("a");
    await().until(() -> states().equals(List.of(State.UNLOADED)));
  }

  @Test
  void aModelThatDoesNotLoadSaysWhyAndIsTriedAgain() {
    AtomicInteger tries = new AtomicInteger();
    Supplier<Engine> second =
        () -> {
          if (tries.getAndIncrement() == 0) {
            throw new IllegalStateException("file must exist: file=b.gguf");
          }
          return open("b");
        };
    models(ModelLimits.NONE, offer("a", 1), new ModelOffer("b", 1, second));
    use("a");
    assertThatThrownBy(() -> use("b"))
        .isInstanceOf(ModelUnavailableException.class)
        .hasMessage("a model must load: model=b, reason=file must exist: file=b.gguf");
    assertThat(models.status("b").failure()).isEqualTo("file must exist: file=b.gguf");
    use("b");
    assertThat(models.status("b").failure()).isNull();
    assertThat(states()).containsExactly(State.LOADED, State.LOADED);
  }

  @Test
  void whenMemoryRunsOutIdleModelsMakeRoom() {
    Supplier<Engine> greedy =
        () -> {
          if (states().getFirst() == State.LOADED) {
            throw new OutOfMemoryError("the test's own");
          }
          return open("b");
        };
    models(ModelLimits.NONE, offer("a", 1), new ModelOffer("b", 1, greedy));
    ModelLease used = models.lease("a");
    assertThatThrownBy(() -> use("b")).hasMessageContaining("reason=memory ran out");
    used.close();
    use("b");
    assertThat(states()).containsExactly(State.UNLOADED, State.LOADED);
  }

  @Test
  void theTraceLevelHoldsForModelsLoadedLater() {
    models(ModelLimits.NONE, offer("a", 1), offer("b", 1));
    use("a");
    models.traceLevel(3);
    try (ModelLease a = models.lease("a");
        ModelLease b = models.lease("b")) {
      assertThat(a.engine().tracing().level()).isEqualTo(3);
      assertThat(b.engine().tracing().level()).isEqualTo(3);
    }
  }

  @Test
  void refusesNamesThatThereAreNot() {
    models(ModelLimits.NONE, offer("a", 1), offer("b", 1));
    assertThatThrownBy(() -> models.lease("c"))
        .isInstanceOf(UnknownModelException.class)
        .hasMessage("model must be a or b: model=c");
    assertThatThrownBy(() -> models(ModelLimits.NONE, offer("a", 1), offer("a", 1)))
        .hasMessageStartingWith("models must have different names: name=a");
    assertThatThrownBy(() -> offer("a/b", 1)).hasMessageContaining("without '/': name=a/b");
  }

  @Test
  void loadsNothingOnceClosed() {
    models(ModelLimits.NONE, offer("a", 1), offer("b", 1));
    use("a");
    models.close();
    assertThatThrownBy(() -> use("b")).hasMessageStartingWith("the server is shutting down");
  }
}
