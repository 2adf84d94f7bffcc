package updraft.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import updraft.cache.PageTable;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.model.GgufFile;
import updraft.model.HeadConfig;
import updraft.model.HeadWeights;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.SyntheticHead;
import updraft.model.TinyModels;

/** Heads against the reference in double, and drafts whose ancestors ran in earlier forwards. */
class DraftNetworkTest {
  private static final int TOKENS = 37;
  private static final int ROWS = 48;

  @TempDir private Path directory;
  private final SplittableRandom random = new SplittableRandom(3);

  @ParameterizedTest
  @CsvSource({"false, false, 0", "true, false, 0", "false, true, 200", "true, true, 64"})
  void aHeadComputesWhatItsPaperSays(boolean fusionNorm, boolean residualNorm, int vocabulary) {
    SyntheticHead head =
        new SyntheticHead(TinyModels.forgetful(directory)).random(5).vocabulary(vocabulary);
    if (fusionNorm) {
      head.normBeforeFusion();
    }
    if (residualNorm) {
      head.normBeforeResidual();
    }
    with(
        head.write(directory.resolve("head.gguf")),
        (network, config, weights) -> {
          double[] joined = random.doubles(TOKENS * (long) config.joinedSize(), -1, 1).toArray();
          int size = config.layer().hiddenSize();
          int each = config.joinedSize();
          ReferenceTransformer reference =
              new ReferenceTransformer(config.layer(), weights.model());
          network.fuse(floats(joined), TOKENS, network.features());
          RowBatch batch = new RowBatch(ROWS);
          PageTable table = table(TOKENS);
          for (int i = 0; i < TOKENS; i++) {
            batch.add(3 * i, i, table, table.slot(i), i - 1, true);
          }
          RowOutputs outputs = network.forward(batch);
          double error = 0;
          double spread = 0;
          for (int i = 0; i < TOKENS; i++) {
            double[] own = Arrays.copyOfRange(joined, i * each, (i + 1) * each);
            double[] features = reference.fuse(weights.fusion(), weights.fusionNorm(), own);
            double[] logits =
                reference.nextPair(3 * i, features, weights.featureNorm(), residualNorm);
            for (int v = 0; v < logits.length; v++) {
              double found = outputs.logits()[outputs.logitsOffset(i) + v];
              error += (found - logits[v]) * (found - logits[v]);
              spread += logits[v] * logits[v];
            }
            for (int k = 0; k < size; k++) {
              assertThat((double) outputs.hidden(0)[i * size + k])
                  .isCloseTo(reference.hidden(0)[k], within(0.05));
            }
          }
          assertThat(Math.sqrt(error / spread)).isLessThan(0.01); // the output is of eight bits
        });
  }

  @Test
  void aDraftOfSeveralForwardsIsAsOneChain() {
    with(
        new SyntheticHead(TinyModels.forgetful(directory))
            .random(9)
            .write(directory.resolve("head.gguf")),
        (network, config, weights) -> {
          PageTable table = table(40);
          fill(network.features());
          RowBatch batch = new RowBatch(ROWS, 8);
          for (int i = 1; i < 30; i++) {
            batch.add(i, i, table, table.slot(i), i == 1 ? RowBatch.COMMITTED : i - 2, false, 1);
          }
          network.forward(batch);
          // five tokens in one forward, in place
          float[] features = network.features().clone();
          batch.clear();
          for (int i = 0; i < 5; i++) {
            batch.add(50 + i, 30 + i, table, table.slot(30 + i), i - 1, true, 1);
          }
          RowOutputs outputs = network.forward(batch);
          float[] together =
              Arrays.copyOfRange(
                  outputs.logits(),
                  outputs.logitsOffset(4),
                  outputs.logitsOffset(4) + network.vocabulary());
          // the same one a forward, in slots of the network's own
          float[] alone = {};
          int size = network.featureSize();
          for (int i = 0; i < 5; i++) {
            batch.clear();
            int parent = RowBatch.COMMITTED;
            for (int above = 0; above < i; above++) {
              parent =
                  batch.addAncestor(30 + above, table, network.firstOwnSlot() + 3 * above, parent);
            }
            System.arraycopy(features, i * size, network.features(), 0, size);
            int slot = network.firstOwnSlot() + 3 * i;
            batch.add(50 + i, 30 + i, table, slot, parent, true, 1);
            outputs = network.forward(batch);
            alone = Arrays.copyOfRange(outputs.logits(), 0, network.vocabulary());
          }
          assertThat(alone).isEqualTo(together);
        });
  }

  @Test
  void positionsBeforeTheFirstDoNotMatter() {
    with(
        new SyntheticHead(TinyModels.forgetful(directory))
            .random(2)
            .write(directory.resolve("head.gguf")),
        (network, config, weights) -> {
          for (int first : new int[] {1, 5, 16, 17, 35}) {
            float[] one = afterContext(network, first, 100);
            float[] other = afterContext(network, first, 300);
            assertThat(one).as("first=%d", first).isEqualTo(other);
          }
          assertThat(afterContext(network, 0, 100)).isNotEqualTo(afterContext(network, 0, 300));
        });
  }

  /** Logits after 40 tokens, of which those before the first differ by an argument. */
  private float[] afterContext(DraftNetwork network, int first, int otherToken) {
    PageTable table = table(40);
    fill(network.features());
    RowBatch batch = new RowBatch(ROWS);
    for (int i = 0; i < 40; i++) {
      int token = i < Math.max(first, 1) ? otherToken : i;
      batch.add(token, i, table, table.slot(i), i - 1, i == 39, Math.min(i, first));
    }
    RowOutputs outputs = network.forward(batch);
    return Arrays.copyOfRange(outputs.logits(), 0, network.vocabulary());
  }

  private static void fill(float[] features) {
    SplittableRandom same = new SplittableRandom(8);
    for (int i = 0; i < features.length; i++) {
      features[i] = (float) same.nextDouble(-1, 1);
    }
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  private static PageTable table(int positions) {
    PageTable table = new PageTable();
    for (int i = 0; i < PageTable.pagesFor(positions); i++) {
      table.add(5 - i);
    }
    return table;
  }

  private interface Body {
    void run(DraftNetwork network, HeadConfig config, HeadWeights weights);
  }

  private void with(Path head, Body body) {
    try (GgufFile targetFile = GgufFile.open(TinyModels.forgetful(directory));
        GgufFile file = GgufFile.open(head)) {
      ModelConfig target = ModelConfig.of(targetFile);
      ModelWeights targetWeights = ModelWeights.of(targetFile, target);
      BackendOptions options = new BackendOptions(2, 8, ROWS, ROWS, KeyValueType.F16, Lanes.AUTO);
      HeadConfig config = HeadConfig.of(file, targetFile, target);
      HeadWeights weights = HeadWeights.of(file, config, targetWeights);
      try (Backend backend = Backends.open("cpu", target, targetWeights, options);
          DraftNetwork network = backend.openHead(config, weights, ROWS)) {
        assertThat(network.targetLayers()).containsExactly(0, 1, 2);
        body.run(network, config, weights);
      }
    }
  }
}
