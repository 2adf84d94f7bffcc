package updraft.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.forward.Backends;
import updraft.forward.RowBatch;
import updraft.model.Architecture;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.QuantType;
import updraft.model.RopeScaling;
import updraft.model.TinyModels;
import updraft.sim.Traffic;

/**
 * What a step costs, as far as that can be said without a GPU: what its kernels read, counted on
 * the simulator, and how many there are. Prints a table.
 */
class StepCostTest {
  private static final int CONTEXT = 40;

  @TempDir private static Path directory;

  /** Elements that a step reads once each, by what they are. */
  private record Bytes(long weights, long keysAndValues, long others) {
    double overhead() {
      return (double) others / (weights + keysAndValues);
    }
  }

  @Test
  void everyWeightIsLoadedOnceWhateverTheNumberOfRows() {
    try (GgufFile file =
            GgufFile.open(TinyModels.write(directory, Architecture.LLAMA, QuantType.Q8_0));
        Backend backend = open(file)) {
      ModelConfig config = ModelConfig.of(file);
      step(backend, 0, CONTEXT);
      for (int rows : new int[] {1, 5, 16}) {
        long launches = backend.meter().launches();
        Map<String, Traffic.Reads> reads;
        try (Traffic traffic = Traffic.count()) {
          step(backend, CONTEXT, rows);
          reads = traffic.reads();
        }
        long weights = 0;
        long keysAndValues = 0;
        long others = 0;
        for (Map.Entry<String, Traffic.Reads> entry : reads.entrySet()) {
          String array = entry.getKey();
          long elements = entry.getValue().elements();
          if (isWeight(array)) {
            assertThat(entry.getValue().loads()).as("loads of %s", array).isEqualTo(elements);
            weights += 4 * elements;
          } else if (array.endsWith(".attend keys") || array.endsWith(".attend values")) {
            keysAndValues += 4 * elements;
          } else {
            others += 4 * elements;
          }
        }
        Bytes expected = bytes(config, CONTEXT, rows);
        System.out.printf(
            Locale.ROOT,
            "tiny model, %d rows: %d bytes of weights, %d of keys and values, %d others (%d by the"
                + " formula); %d launches, %d graphs%n",
            rows,
            weights,
            keysAndValues,
            others,
            expected.others(),
            backend.meter().launches() - launches,
            config.layers() + 2);
        assertThat(weights).isEqualTo(expected.weights());
        assertThat(keysAndValues).isEqualTo(expected.keysAndValues());
        assertThat((double) others).isCloseTo(expected.others(), within(0.05 * others));
        assertThat(backend.meter().launches() - launches).isEqualTo(11 * config.layers() + 8);
      }
    }
  }

  private static boolean isWeight(String array) {
    return array.matches(".*\\.(project|output|gateUp|down|logits)\\d* (words|factors)");
  }

  @Test
  void aStepReadsLittleBesideWeightsAndKeysAndValues() {
    ModelConfig config = llama8();
    for (int rows : new int[] {1, 2, 4, 8, 16}) {
      Bytes bytes = bytes(config, 2048, rows);
      System.out.printf(
          Locale.ROOT,
          "Llama-3.1-8B in 8 bits, context 2048, %d rows: %.1f MB of weights, %.1f MB of keys and"
              + " values, %.1f MB others: %.2f %%%n",
          rows,
          bytes.weights() / 1e6,
          bytes.keysAndValues() / 1e6,
          bytes.others() / 1e6,
          100 * bytes.overhead());
      assertThat(bytes.overhead()).isLessThan(0.05);
    }
  }

  @Test
  void aModelOfEqualLayersTakesFewCompilations() {
    try (GgufFile file =
            GgufFile.open(TinyModels.write(directory, Architecture.QWEN3, QuantType.Q4_K));
        Backend backend = open(file)) {
      String kernels = backend.description().replaceAll(".* (\\d+) kernels.*", "$1");
      System.out.println("compilations: " + kernels);
      assertThat(Integer.parseInt(kernels)).isLessThan(40);
    }
  }

  private static ModelConfig llama8() {
    return new ModelConfig(
        Architecture.LLAMA,
        "",
        32,
        4096,
        32,
        8,
        128,
        14336,
        128256,
        8192,
        1e-5f,
        5e5f,
        128,
        new RopeScaling.None(),
        false);
  }

  /** By the kernels' own account of what they read, weights in 8 bits with a scale for 32. */
  private static Bytes bytes(ModelConfig c, long context, long rows) {
    long hidden = c.hiddenSize();
    long forward = c.feedForwardSize();
    long queries = c.querySize();
    long all = queries + 2L * c.keyValueSize();
    long perLayer =
        packed(all, hidden)
            + packed(hidden, queries)
            + packed(2 * forward, hidden)
            + packed(hidden, forward);
    long weights = c.layers() * perLayer + packed(c.vocabularySize(), hidden);
    long keysAndValues = 4 * c.layers() * 2L * c.keyValueSize() * (context + rows);
    long parts = Math.ceilDiv(Math.ceilDiv(context + rows, 16), 16);
    long layer =
        2 * (padded(hidden) + hidden) // norms read the stream, and what they wrote
            + 2 * quants(hidden) // projections, gate and up
            + all
            + c.ropeDimensions() // rotate
            + queries // attend
            + parts * queries
            + 2 * parts * c.heads() // combine
            + padded(queries) // quantise
            + quants(queries)
            + quants(forward)
            + 2 * hidden // output and down, added
            + 2 * forward
            + padded(forward); // activate
    long head = hidden + padded(hidden) + quants(hidden) + c.vocabularySize();
    long norms = (2L * c.layers() + 1) * hidden;
    return new Bytes(
        weights, keysAndValues, 4 * (norms + rows * (c.layers() * layer + head + hidden)));
  }

  private static long packed(long outputs, long columns) {
    return Math.ceilDiv(outputs, 32) * 32 * Math.ceilDiv(columns, 32) * 36;
  }

  private static long padded(long columns) {
    return Math.ceilDiv(columns, 32) * 32;
  }

  private static long quants(long columns) {
    return padded(columns) + Math.ceilDiv(columns, 32);
  }

  private static Backend open(GgufFile file) {
    ModelConfig config = ModelConfig.of(file);
    return Backends.open(
        "tornado-sim",
        config,
        ModelWeights.of(file, config),
        new BackendOptions(1, 8, 48, 48, KeyValueType.F32, Lanes.AUTO));
  }

  /** A chain of rows after so many positions. */
  private static void step(Backend backend, int position, int rows) {
    PageTable table = new PageTable();
    for (int page = 0; page < 8; page++) {
      table.add(page);
    }
    RowBatch batch = new RowBatch(48);
    for (int i = 0; i < rows; i++) {
      int at = position + i;
      batch.add(
          i + 1, at, table, table.slot(at), i == 0 ? RowBatch.COMMITTED : i - 1, position > 0);
    }
    backend.forward(batch);
  }
}
