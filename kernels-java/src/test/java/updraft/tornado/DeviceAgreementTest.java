package updraft.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import updraft.cache.PageTable;
import updraft.forward.Backend;
import updraft.forward.BackendOptions;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.forward.Backends;
import updraft.forward.RowBatch;
import updraft.forward.RowOutputs;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.text.Tokenizers;

/**
 * The device beside the CPU, on the model that comes with Updraft: fed the same history, both must
 * take the same token at 99 % of positions, and where they do not, two tokens must be close.
 */
@Tag("tornadovm")
class DeviceAgreementTest {
  private static final Path MODEL = Path.of("../models/java-5m.gguf");
  private static final Path TEXT =
      Path.of("src/main/java/updraft/tornado/TornadoBackend.java"); // not of its training
  private static final int POSITIONS = 1000;
  private static final int CHUNK = 50;

  @BeforeEach
  void requireDevice() {
    String reason = new TornadoProvider().unavailable();
    Assumptions.assumeTrue(reason == null, reason);
  }

  @Test
  void theSameHistoryGivesTheSameTokens() throws Exception {
    try (GgufFile file = GgufFile.open(MODEL)) {
      int[] tokens =
          Arrays.copyOf(Tokenizers.of(file).encodePrompt(Files.readString(TEXT), false), POSITIONS);
      float[][] expected = logits("cpu", file, tokens);
      float[][] found = logits("tornado", file, tokens);
      int same = 0;
      double largest = 0;
      for (int i = 0; i < POSITIONS; i++) {
        int wanted = best(expected[i]);
        int token = best(found[i]);
        same += token == wanted ? 1 : 0;
        largest = Math.max(largest, expected[i][wanted] - (double) expected[i][token]);
      }
      System.out.printf(
          Locale.ROOT,
          "same token at %d of %d positions; largest margin of a difference %.4f%n",
          same,
          POSITIONS,
          largest);
      assertThat(same).isGreaterThanOrEqualTo(POSITIONS * 99 / 100);
      assertThat(largest).as("margin where they differ").isLessThan(0.1);
    }
  }

  private static float[][] logits(String name, GgufFile file, int[] tokens) {
    ModelConfig config = ModelConfig.of(file);
    BackendOptions options =
        new BackendOptions(
            2, PageTable.pagesFor(POSITIONS), CHUNK, CHUNK, KeyValueType.F32, Lanes.AUTO);
    float[][] logits = new float[POSITIONS][];
    try (Backend backend = Backends.open(name, config, ModelWeights.of(file, config), options)) {
      PageTable table = new PageTable();
      for (int page = 0; page < PageTable.pagesFor(POSITIONS); page++) {
        table.add(page);
      }
      RowBatch batch = new RowBatch(CHUNK);
      for (int start = 0; start < POSITIONS; start += CHUNK) {
        batch.clear();
        for (int i = 0; i < CHUNK; i++) {
          int position = start + i;
          int parent = i == 0 ? RowBatch.COMMITTED : i - 1;
          batch.add(tokens[position], position, table, table.slot(position), parent, true);
        }
        RowOutputs outputs = backend.forward(batch);
        for (int i = 0; i < CHUNK; i++) {
          int from = outputs.logitsOffset(i);
          logits[start + i] =
              Arrays.copyOfRange(outputs.logits(), from, from + config.vocabularySize());
        }
      }
    }
    return logits;
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
