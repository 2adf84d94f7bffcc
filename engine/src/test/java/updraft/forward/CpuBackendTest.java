package updraft.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import updraft.cache.PageTable;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.Architecture;
import updraft.model.GgufFile;
import updraft.model.GgufTensor;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.QuantType;
import updraft.model.TinyModels;

class CpuBackendTest extends BackendContract {
  /** C2 has compiled everything long before, unless the machine is very busy. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Override
  protected Backend open(ModelConfig config, ModelWeights weights, BackendOptions options) {
    return Backends.open("cpu", config, weights, options);
  }

  @ParameterizedTest
  @EnumSource(KeyValueType.class)
  void settlesAtAllocatingNothing(KeyValueType type) {
    Backend backend =
        open(
            TinyModels.write(directory, Architecture.LLAMA, QuantType.Q4_1),
            new BackendOptions(2, PAGES, MAX_ROWS, MAX_ROWS, type, Lanes.AUTO));
    backend.warmUp();
    RowBatch batch = new RowBatch(MAX_ROWS);
    PageTable table = straight();
    prefillQuietly(backend, batch, table);
    long[] threads = computeThreads();
    Instant end = Instant.now().plus(PATIENCE);
    long allocated;
    do {
      long before = allocatedBytes(threads);
      for (int i = 0; i < 200; i++) {
        decodeAndVerify(backend, batch, table, 40 + i % 80);
      }
      allocated = allocatedBytes(threads) - before;
    } while (allocated > 0 && Instant.now().isBefore(end));
    assertThat(allocated).isZero();
  }

  private static void prefillQuietly(Backend backend, RowBatch batch, PageTable table) {
    batch.clear();
    for (int i = 0; i < 40; i++) {
      batch.add(i, i, table, table.slot(i), i - 1, false);
    }
    backend.forward(batch);
  }

  /** A plain token, then one with a tree of seven drafts, of which the last is accepted. */
  private static void decodeAndVerify(
      Backend backend, RowBatch batch, PageTable table, int position) {
    batch.clear();
    batch.add(1, position, table, table.slot(position), RowBatch.COMMITTED, true);
    backend.forward(batch);
    batch.clear();
    batch.add(2, position + 1, table, table.slot(position + 1), RowBatch.COMMITTED, true);
    for (int i = 0; i < 7; i++) {
      int slot = table.slot(position + 2 + i);
      batch.add(i, position + 2 + i / 4, table, slot, i < 4 ? 0 : i - 3, true);
    }
    backend.forward(batch);
    backend.copySlot(table.slot(position + 5), table.slot(position + 2));
  }

  /** This thread and the backend's. */
  private static long[] computeThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(
            thread ->
                thread == Thread.currentThread() || thread.getName().startsWith("updraft-compute"))
        .mapToLong(Thread::threadId)
        .toArray();
  }

  private static long allocatedBytes(long[] threads) {
    long sum = 0;
    for (long thread : threads) {
      sum += THREADS.getThreadAllocatedBytes(thread);
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(KeyValueType.class)
  void keysBeyondSixteenBitsAreAFaultOfThatType(KeyValueType type) {
    try (GgufFile file =
        GgufFile.open(TinyModels.write(directory, Architecture.QWEN2, QuantType.F32))) {
      ModelConfig config = ModelConfig.of(file);
      ModelWeights weights = ModelWeights.of(file, config);
      List<ModelWeights.Layer> layers = new ArrayList<>(weights.layers());
      layers.set(1, withLargeKeys(layers.get(1)));
      ModelWeights large =
          new ModelWeights(
              weights.tokenEmbedding(), layers, weights.outputNorm(), weights.output());
      BackendOptions options = new BackendOptions(1, PAGES, 4, 4, type, Lanes.AUTO);
      try (Backend backend = open(config, large, options)) {
        RowBatch batch = new RowBatch(4);
        PageTable table = straight();
        batch.add(1, 0, table, table.slot(0), RowBatch.COMMITTED, true);
        assertThat(backend.forward(batch).fault(0))
            .isEqualTo(
                type == KeyValueType.F32
                    ? null
                    : "keys and values must be finite and fit their type:"
                        + " NaN or infinity in layer 1");
      }
    }
  }

  private static ModelWeights.Layer withLargeKeys(ModelWeights.Layer layer) {
    GgufTensor bias = Objects.requireNonNull(layer.keyBias());
    return new ModelWeights.Layer(
        layer.attentionNorm(),
        layer.query(),
        layer.key(),
        layer.value(),
        layer.queryBias(),
        changed(bias, 0, 1e6f),
        layer.valueBias(),
        layer.queryNorm(),
        layer.keyNorm(),
        layer.attentionOutput(),
        layer.attentionOutputBias(),
        layer.feedForwardNorm(),
        layer.gate(),
        layer.up(),
        layer.down());
  }

  @Test
  void saysWhatWasChosen() {
    Backend backend =
        open(
            TinyModels.llama(directory),
            new BackendOptions(2, 3, 4, 4, KeyValueType.F32, Lanes.SCALAR));
    assertThat(backend.name()).isEqualTo("cpu");
    assertThat(backend.description())
        .isEqualTo("cpu: scalar, 2 threads, keys and values in F32 for 48 tokens");
    assertThat(backend.pages()).isEqualTo(3);
  }

  @Test
  void hasRoomForFourContextsUnlessTold() {
    Backend backend =
        open(
            TinyModels.llama(directory),
            new BackendOptions(1, 0, 4, 4, KeyValueType.F16, Lanes.SCALAR));
    assertThat(backend.pages()).isEqualTo(4 * 1024 / PageTable.PAGE_SIZE);
  }

  @Test
  void contextsThatMemoryCannotHoldAreCutShort() {
    Backend backend =
        open(
            writeOnce(
                directory.resolve("long.gguf"),
                TinyModels.builder(Architecture.LLAMA, QuantType.Q8_0).contextLength(1 << 26)),
            new BackendOptions(1, 0, 4, 4, KeyValueType.F16, Lanes.SCALAR));
    long bytes = backend.pages() * 16L * 3 * 2 * 2 * 32;
    assertThat(bytes).isBetween(1L, Runtime.getRuntime().maxMemory() / 2);
  }

  @Test
  void backendsAreFoundByName() {
    try (GgufFile file = GgufFile.open(TinyModels.llama(directory))) {
      ModelConfig config = ModelConfig.of(file);
      ModelWeights weights = ModelWeights.of(file, config);
      assertThatThrownBy(() -> Backends.open("abacus", config, weights, options()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("backend must be one of .*cpu.*: backend=abacus");
    }
  }

  @Test
  void optionsOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> new BackendOptions(0, 1, 1, 1, KeyValueType.F16, Lanes.AUTO))
        .hasMessage("threads must be at least 1: threads=0");
    assertThatThrownBy(() -> new BackendOptions(1, -1, 1, 1, KeyValueType.F16, Lanes.AUTO))
        .hasMessage("pages must be at least 0: pages=-1");
    assertThatThrownBy(() -> new BackendOptions(1, 1, 0, 1, KeyValueType.F16, Lanes.AUTO))
        .hasMessage("maxRows must be at least 1: maxRows=0");
    assertThatThrownBy(() -> new BackendOptions(1, 1, 1, 0, KeyValueType.F16, Lanes.AUTO))
        .hasMessage("maxLogitsRows must be at least 1: maxLogitsRows=0");
  }
}
