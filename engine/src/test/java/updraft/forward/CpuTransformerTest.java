package updraft.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import updraft.cache.PageTable;
import updraft.forward.BackendOptions.KeyValueType;
import updraft.forward.BackendOptions.Lanes;
import updraft.kernel.Kernels;
import updraft.model.Architecture;
import updraft.model.GgufFile;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.QuantType;
import updraft.model.RopeScaling;
import updraft.model.SyntheticModel;
import updraft.model.SyntheticModelBuilder;
import updraft.model.TinyModels;

/** Models of every kind against {@link ReferenceTransformer}, and every way to run one alike. */
class CpuTransformerTest {
  private static final int TOKENS = 40;

  @TempDir private Path directory;

  /** What can differ between models, with weights that need no quantised activations. */
  static Stream<SyntheticModel> models() {
    List<SyntheticModelBuilder> all = new ArrayList<>();
    for (Architecture architecture : Architecture.values()) {
      all.add(TinyModels.builder(architecture, QuantType.F32));
      all.add(TinyModels.builder(architecture, QuantType.F32).heads(6, 6).tied(true));
      all.add(TinyModels.builder(architecture, QuantType.F32).heads(6, 1).tied(false));
      all.add(TinyModels.builder(architecture, QuantType.F32).ropeDimensions(10));
      all.add(
          TinyModels.builder(architecture, QuantType.F32)
              .ropeScaling(new RopeScaling.Linear(4))
              .ropeBase(500_000));
      all.add(
          TinyModels.builder(architecture, QuantType.F32)
              .ropeScaling(
                  new RopeScaling.FrequencyFactors(List.of(1f, 1f, 1.5f, 2f, 3f, 8f, 8f, 32f))));
      all.add(TinyModels.builder(architecture, QuantType.F16).headSize(80));
      all.add(TinyModels.builder(architecture, QuantType.BF16).hiddenSize(72).headSize(22));
    }
    all.add(TinyModels.builder(Architecture.LLAMA, QuantType.F32).attentionBiases(true));
    return all.stream().map(SyntheticModelBuilder::build);
  }

  @ParameterizedTest
  @MethodSource("models")
  void computesWhatThePapersSay(SyntheticModel model) throws IOException {
    double[] errors = errors(model, options(2, KeyValueType.F32, Lanes.AUTO));
    assertThat(errors[0]).as("logits").isLessThan(2e-5);
    assertThat(errors[1]).as("hidden state").isLessThan(2e-5);
  }

  /** Eight bits of activations cost about two hundredths of the spread of the logits. */
  @ParameterizedTest
  @EnumSource(value = QuantType.class, mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void quantizedWeightsStayCloseToTheirFloats(QuantType type) throws IOException {
    SyntheticModel model = TinyModels.builder(Architecture.LLAMA, type).build();
    double[] errors = errors(model, options(2, KeyValueType.F16, Lanes.AUTO));
    assertThat(errors[0]).as("logits").isLessThan(0.03);
  }

  /**
   * Root mean square of the difference to the reference, relative to that of the reference: of
   * logits, and of the hidden state after the middle layer.
   */
  private double[] errors(SyntheticModel model, BackendOptions options) throws IOException {
    int[] tokens = new SplittableRandom(5).ints(TOKENS, 0, 256).toArray();
    Path path = directory.resolve("model.gguf");
    model.write(path);
    double[] difference = new double[2];
    double[] size = new double[2];
    try (GgufFile file = GgufFile.open(path);
        Backend backend = open(file, options)) {
      ModelConfig config = ModelConfig.of(file);
      ReferenceTransformer reference =
          new ReferenceTransformer(config, ModelWeights.of(file, config));
      backend.captureHiddenStates(1);
      RowOutputs outputs = forward(backend, tokens);
      for (int row = 0; row < TOKENS; row++) {
        assertThat(outputs.fault(row)).isNull();
        double[] logits = reference.next(tokens[row]);
        add(logits, outputs.logits(), outputs.logitsOffset(row), 0, difference, size);
        int hidden = row * config.hiddenSize();
        add(reference.hidden(1), outputs.hidden(1), hidden, 1, difference, size);
      }
    }
    return new double[] {Math.sqrt(difference[0] / size[0]), Math.sqrt(difference[1] / size[1])};
  }

  private static void add(
      double[] expected, float[] found, int from, int what, double[] difference, double[] size) {
    for (int i = 0; i < expected.length; i++) {
      double error = found[from + i] - expected[i];
      difference[what] += error * error;
      size[what] += expected[i] * expected[i];
    }
  }

  static Stream<SyntheticModel> shapes() {
    return Stream.of(
        TinyModels.builder(Architecture.LLAMA, QuantType.Q4_1).build(),
        TinyModels.builder(Architecture.QWEN2, QuantType.Q8_0).headSize(80).build(),
        TinyModels.builder(Architecture.QWEN3, QuantType.Q6_K).headSize(96).build(),
        TinyModels.builder(Architecture.QWEN3, QuantType.F16).headSize(22).hiddenSize(72).build(),
        TinyModels.builder(Architecture.LLAMA, QuantType.Q5_1).heads(4, 2).headSize(64).build(),
        TinyModels.builder(Architecture.LLAMA, QuantType.Q4_K).heads(2, 1).headSize(128).build());
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void neitherThreadsNorVectorWidthChangeABit(SyntheticModel model) throws IOException {
    int[] tokens = new SplittableRandom(6).ints(21, 0, 256).toArray();
    Path path = directory.resolve("model.gguf");
    model.write(path);
    try (GgufFile file = GgufFile.open(path)) {
      for (KeyValueType type : KeyValueType.values()) {
        int[] expected = bits(file, tokens, options(1, type, Lanes.SCALAR));
        int threads = 1;
        for (Lanes lanes : available()) {
          threads = threads % 3 + 1;
          assertThat(bits(file, tokens, options(threads, type, lanes)))
              .as("%s, %s, %d threads", type, lanes, threads)
              .isEqualTo(expected);
        }
      }
    }
  }

  private static List<Lanes> available() {
    int widest = jdk.incubator.vector.FloatVector.SPECIES_PREFERRED.vectorBitSize();
    return Stream.of(Lanes.values())
        .filter(lanes -> !lanes.name().startsWith("BITS") || bits(lanes) <= widest)
        .filter(lanes -> lanes != Lanes.NATIVE || Kernels.nativeProblem() == null)
        .toList();
  }

  private static int bits(Lanes lanes) {
    return Integer.parseInt(lanes.name().substring("BITS_".length()));
  }

  private static int[] bits(GgufFile file, int[] tokens, BackendOptions options) {
    try (Backend backend = open(file, options)) {
      RowOutputs outputs = forward(backend, tokens);
      float[] logits = outputs.logits();
      int vocabulary = ModelConfig.of(file).vocabularySize();
      return IntStream.range(0, tokens.length)
          .flatMap(
              row ->
                  IntStream.range(0, vocabulary)
                      .map(i -> Float.floatToIntBits(logits[outputs.logitsOffset(row) + i])))
          .toArray();
    }
  }

  private static BackendOptions options(int threads, KeyValueType type, Lanes lanes) {
    return new BackendOptions(threads, 8, TOKENS, TOKENS, type, lanes);
  }

  private static Backend open(GgufFile file, BackendOptions options) {
    ModelConfig config = ModelConfig.of(file);
    return Backends.open("cpu", config, ModelWeights.of(file, config), options);
  }

  private static RowOutputs forward(Backend backend, int[] tokens) {
    PageTable table = new PageTable();
    for (int page : new int[] {5, 2, 7}) {
      table.add(page);
    }
    RowBatch batch = new RowBatch(tokens.length);
    for (int i = 0; i < tokens.length; i++) {
      batch.add(tokens[i], i, table, table.slot(i), i - 1, true);
    }
    return backend.forward(batch);
  }
}
