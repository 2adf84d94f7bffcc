package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import updraft.cache.PageTable;
import updraft.forward.BackendOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.Architecture;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.QuantType;
import updraft.model.TinyModels;

/** However layers are cut into graphs and weights into arrays, a row's bits are the same. */
abstract class LayerCutContract {
  private static final int ROWS = 5;

  @TempDir private static Path directory;

  @Test
  void cutsChangeNothing() {
    try (GgufFile file =
        GgufFile.open(TinyModels.write(directory, Architecture.QWEN2, QuantType.Q8_0))) {
      ModelConfig config = ModelConfig.of(file);
      ModelWeights weights = ModelWeights.of(file, config);
      LayerPlan whole = LayerPlan.of(weights.layers());
      // the largest matrix of two of the three layers fits an array, then that of one
      LayerPlan split = LayerPlan.of(weights.layers(), 100, 20_000);
      LayerPlan cut = LayerPlan.of(weights.layers(), 0, 20_000);
      assertThat(whole.parts()).hasSize(1);
      assertThat(split.parts()).hasSizeGreaterThan(1);
      assertThat(cut.parts()).hasSizeGreaterThan(8);
      float[] expected = logits(config, weights, whole);
      assertThat(logits(config, weights, split)).isEqualTo(expected);
      assertThat(logits(config, weights, cut)).isEqualTo(expected);
    }
  }

  private static float[] logits(ModelConfig config, ModelWeights weights, LayerPlan plan) {
    BackendOptions options = new BackendOptions(1, 4, 8, 8, KeyValueType.F32, Lanes.AUTO);
    try (TornadoBackend backend =
        new TornadoBackend("test", Device.all().getFirst(), config, weights, options, plan)) {
      assertThat(backend.description())
          .contains(plan.tasks(weights.layers()) + LayerPlan.OTHER_TASKS + " kernels");
      PageTable table = new PageTable();
      for (int page = 0; page < 4; page++) {
        table.add(page);
      }
      float[] logits = {};
      for (int step = 0; step < 2; step++) {
        RowBatch batch = new RowBatch(ROWS);
        for (int row = 0; row < ROWS; row++) {
          int position = step * ROWS + row;
          int parent = row == 0 ? RowBatch.COMMITTED : row - 1;
          batch.add(40 + position, position, table, table.slot(position), parent, true);
        }
        RowOutputs outputs = backend.forward(batch);
        logits = Arrays.copyOf(outputs.logits(), ROWS * config.vocabularySize());
      }
      return logits;
    }
  }
}
