package updraft.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import updraft.request.SamplingOptions;
import updraft.sample.SamplerScratch;
import updraft.sample.TokenSampler;

/**
 * What every backend promises: a row's result is a function of the row and its context alone. Each
 * test computes the same rows in two ways and compares bits. A backend's test extends this class
 * and says how it is opened.
 */
public abstract class BackendContract {
  protected static final int MAX_ROWS = 96;
  protected static final int PAGES = 48;

  /** Pages of a test's own sequence; the rest is for the one that it is compared with. */
  private static final int OWN_PAGES = 24;

  @TempDir protected static Path directory;

  protected final SplittableRandom random = new SplittableRandom(11);
  private final RowBatch batch = new RowBatch(MAX_ROWS);
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Backend backend;
  private int vocabulary;

  protected abstract Backend open(ModelConfig config, ModelWeights weights, BackendOptions options);

  /** A small backend of a model's file. */
  protected final Backend open(Path model, BackendOptions options) {
    GgufFile file = GgufFile.open(model);
    opened.add(file);
    ModelConfig config = ModelConfig.of(file);
    vocabulary = config.vocabularySize();
    backend = open(config, ModelWeights.of(file, config), options);
    opened.add(backend);
    return backend;
  }

  protected static BackendOptions options() {
    return new BackendOptions(2, PAGES, MAX_ROWS, MAX_ROWS, KeyValueType.F16, Lanes.AUTO);
  }

  @BeforeEach
  void openBackend() {
    open(TinyModels.llama(directory), options());
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable closeable : opened.reversed()) {
      closeable.close();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 7, 16, 33, 70})
  void chunksOfAPromptGiveTheBitsOfSingleTokens(int chunk) {
    int[] tokens = tokens(70);
    assertThat(prefill(scattered(), tokens, chunk)).isEqualTo(prefill(straight(), tokens, 1));
  }

  @Test
  void anAnswerIsRepeatable() {
    int[] tokens = tokens(40);
    PageTable table = scattered();
    assertThat(prefill(table, tokens, 9)).isEqualTo(prefill(table, tokens, 9));
  }

  @Test
  void aChainOfDraftsGivesTheBitsOfDecoding() {
    for (int length : new int[] {1, 15, 16, 37}) {
      int[] chain = IntStream.range(-1, 19).toArray(); // each row's parent is the row before
      assertTreeEqualsPaths(tokens(length), tokens(20), chain, true);
      assertTreeEqualsPaths(tokens(length), tokens(20), chain, false);
    }
  }

  @Test
  void treesGiveTheBitsOfTheirPathsDecodedAlone() {
    for (int trial = 0; trial < 24; trial++) {
      int nodes = random.nextInt(2, 20);
      int[] parents = new int[nodes];
      parents[0] = RowBatch.COMMITTED;
      for (int node = 1; node < nodes; node++) {
        parents[node] = random.nextInt(node);
      }
      assertTreeEqualsPaths(tokens(random.nextInt(1, 50)), tokens(nodes), parents, trial % 2 == 0);
    }
  }

  /**
   * @param ownSlots whether nodes lie in the slots after the root's, else anywhere
   */
  private void assertTreeEqualsPaths(
      int[] context, int[] nodeTokens, int[] parents, boolean ownSlots) {
    PageTable table = scattered();
    PageTable plain = straight();
    prefill(table, context, 16);
    prefill(plain, context, 16);
    int[] slots = ownSlots ? ownSlots(table, context.length, nodeTokens.length) : strays(table);
    int[][] found = tree(table, context.length, nodeTokens, parents, slots);
    for (int node = 0; node < nodeTokens.length; node++) {
      int[] path = path(node, parents);
      int[] expected = {};
      for (int depth = 0; depth < path.length; depth++) {
        expected = decode(plain, context.length + depth, nodeTokens[path[depth]]);
      }
      assertThat(found[node])
          .as("node %d of %s after %d", node, Arrays.toString(parents), context.length)
          .isEqualTo(expected);
    }
  }

  @Test
  void rowsOfOtherSequencesChangeNothing() {
    int[] decoding = tokens(21);
    int[] prompt = tokens(30);
    int[] context = tokens(17);
    int[] nodes = tokens(5);
    int[] parents = {RowBatch.COMMITTED, 0, 0, 1, 2};
    PageTable first = pages(0, 8);
    PageTable second = pages(8, 16);
    PageTable third = pages(16, 24);
    prefill(first, decoding, 21);
    prefill(third, context, 17);
    int[] slots = ownSlots(third, 17, 5);
    int[] alone = decode(first, 21, 99);
    int[][] promptAlone = prefill(second, prompt, 30);
    int[][] treeAlone = tree(third, 17, nodes, parents, slots);

    batch.clear();
    for (int i = 0; i < prompt.length; i++) {
      batch.add(prompt[i], i, second, second.slot(i), i == 0 ? RowBatch.COMMITTED : i - 1, true);
    }
    batch.add(99, 21, first, first.slot(21), RowBatch.COMMITTED, true);
    int root = batch.rows();
    addTree(third, 17, nodes, parents, slots);
    RowOutputs outputs = backend.forward(batch);

    assertThat(bits(outputs, 30)).isEqualTo(alone);
    for (int i = 0; i < prompt.length; i++) {
      assertThat(bits(outputs, i)).isEqualTo(promptAlone[i]);
    }
    for (int node = 0; node < nodes.length; node++) {
      assertThat(bits(outputs, root + node)).isEqualTo(treeAlone[node]);
    }
  }

  @Test
  void acceptedNodesAreMovedToTheirPositions() {
    for (int length : new int[] {3, 14, 30}) {
      int[] context = tokens(length);
      int[] nodes = tokens(8);
      int[] parents = {RowBatch.COMMITTED, 0, 0, 0, 2, 2, 5, 6};
      int[] accepted = {0, 2, 5, 6, 7};
      PageTable table = scattered();
      PageTable plain = straight();
      prefill(table, context, 16);
      prefill(plain, context, 16);
      tree(table, length, nodes, parents, ownSlots(table, length, nodes.length));
      for (int depth = 0; depth < accepted.length; depth++) {
        if (accepted[depth] != depth) {
          backend.copySlot(table.slot(length + accepted[depth]), table.slot(length + depth));
        }
        decode(plain, length + depth, nodes[accepted[depth]]);
      }
      int next = length + accepted.length;
      assertThat(decode(table, next, 42)).isEqualTo(decode(plain, next, 42));
    }
  }

  @Test
  void aSlotMayBeCopiedToAPageNeverWritten() {
    PageTable table = pages(0, 2);
    int[] expected = prefill(table, tokens(1), 1)[0];
    assertThat(expected).isNotEmpty();
    backend.copySlot(table.slot(0), (backend.pages() - 1) * PageTable.PAGE_SIZE);
  }

  @Test
  void rowsWithoutLogitsLeaveTheOthersAlone() {
    int[] tokens = tokens(20);
    int[][] all = prefill(straight(), tokens, 20);
    PageTable table = scattered();
    batch.clear();
    for (int i = 0; i < tokens.length; i++) {
      batch.add(tokens[i], i, table, table.slot(i), i - 1, i % 3 == 1);
    }
    RowOutputs outputs = backend.forward(batch);
    for (int i = 1; i < tokens.length; i += 3) {
      assertThat(bits(outputs, i)).isEqualTo(all[i]);
    }
    assertThatThrownBy(() -> outputs.logitsOffset(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row must have asked for logits: row=0");
  }

  /** A backend may choose tokens itself; those that it does are those of the logits. */
  @Test
  void chosenTokensAreThoseOfTheLogits() {
    int[] tokens = tokens(24);
    SamplingOptions[] sampling = new SamplingOptions[3];
    for (int i = 0; i < sampling.length; i++) {
      sampling[i] = SamplingOptions.builder().temperature(0.7f * i).seed(91L << 31 | i).build();
    }
    PageTable table = scattered();
    addPrompt(table, tokens, 0, 24);
    for (int row = 0; row < 24; row++) {
      SamplingOptions how = sampling[row % 3];
      boolean told = row % 4 != 3;
      batch.choose(row, told ? new TokenRule(how.seed(), row % 2, how.temperature()) : null);
    }
    RowOutputs outputs = backend.forward(batch);
    int[] chosen = IntStream.range(0, 24).map(outputs::chosen).toArray();
    for (int row = 0; row < 24; row++) {
      int token =
          new TokenSampler(
                  sampling[row % 3], row % 2, new int[] {0}, new SamplerScratch(vocabulary), null)
              .choose(outputs.logits(), outputs.logitsOffset(row), row + 1);
      assertThat(chosen[row]).as("row %d", row).isIn(row % 4 == 3 ? -1 : token, -1);
    }
    assertChoosing(chosen);
  }

  /** What the backend should have chosen itself of such rows; -1 where it did not. */
  protected void assertChoosing(int[] chosen) {
    assertThat(chosen).containsOnly(-1);
  }

  @Test
  void hiddenStatesOfChosenLayersAreKept() {
    int[] tokens = tokens(24);
    backend.captureHiddenStates(0, 2);
    PageTable table = scattered();
    addPrompt(table, tokens, 0, 24);
    RowOutputs outputs = backend.forward(batch);
    int size = outputs.hidden(0).length / MAX_ROWS;
    float[] first = Arrays.copyOf(outputs.hidden(0), 24 * size);
    float[] last = Arrays.copyOf(outputs.hidden(2), 24 * size);
    assertThat(last).isNotEqualTo(first);
    assertThatThrownBy(() -> outputs.hidden(1))
        .hasMessage("layer must have been asked for: layer=1");
    for (int i = 0; i < 24; i++) {
      decode(table, i, tokens[i]);
      float[] one = Arrays.copyOf(outputs.hidden(2), size);
      assertThat(one).isEqualTo(Arrays.copyOfRange(last, i * size, (i + 1) * size));
    }
  }

  @Test
  void aRowThatIsNotFiniteFailsAloneWithItsDescendants() {
    Path model = directory.resolve("untied.gguf");
    GgufFile file =
        GgufFile.open(
            writeOnce(
                model,
                TinyModels.builder(Architecture.LLAMA, QuantType.Q8_0)
                    .tied(false)
                    .embeddings(QuantType.F32)));
    opened.add(file);
    ModelConfig config = ModelConfig.of(file);
    ModelWeights weights = ModelWeights.of(file, config);
    ModelWeights damaged =
        new ModelWeights(
            withNan(weights.tokenEmbedding(), 7),
            weights.layers(),
            weights.outputNorm(),
            weights.output());
    backend = open(config, damaged, options());
    opened.add(backend);
    PageTable sound = pages(0, 4);
    PageTable broken = pages(4, 8);
    int[] expected = prefill(sound, new int[] {1, 2, 3}, 3)[2];

    batch.clear();
    batch.add(1, 0, broken, broken.slot(0), RowBatch.COMMITTED, true);
    batch.add(7, 1, broken, broken.slot(1), 0, true);
    batch.add(2, 2, broken, broken.slot(2), 1, true);
    batch.add(3, 1, broken, broken.slot(3), 0, true);
    batch.add(1, 0, sound, sound.slot(0), RowBatch.COMMITTED, false);
    batch.add(2, 1, sound, sound.slot(1), 4, false);
    batch.add(3, 2, sound, sound.slot(2), 5, true);
    RowOutputs outputs = backend.forward(batch);

    assertThat(outputs.fault(1)).contains("hidden state must be finite", "layer 0");
    assertThat(outputs.fault(2)).isNotNull();
    for (int row : new int[] {0, 3, 4, 5, 6}) {
      assertThat(outputs.fault(row)).as("row %d", row).isNull();
    }
    assertThat(bits(outputs, 6)).isEqualTo(expected);
    prefill(sound, new int[] {4, 5}, 1);
    assertThat(outputs.fault(0)).isNull();
  }

  @Test
  void aHeadThatIsNotFiniteIsNamed() {
    GgufFile file = GgufFile.open(TinyModels.write(directory, Architecture.QWEN3, QuantType.F32));
    opened.add(file);
    ModelConfig config = ModelConfig.of(file);
    ModelWeights weights = ModelWeights.of(file, config);
    backend =
        open(
            config,
            new ModelWeights(
                weights.tokenEmbedding(),
                weights.layers(),
                weights.outputNorm(),
                withNan(weights.output(), 300)),
            options());
    opened.add(backend);
    PageTable table = straight();
    batch.clear();
    batch.add(1, 0, table, table.slot(0), RowBatch.COMMITTED, false);
    batch.add(2, 1, table, table.slot(1), 0, true);
    RowOutputs outputs = backend.forward(batch);
    assertThat(outputs.fault(0)).isNull();
    assertThat(outputs.fault(1)).contains("logits must be finite", "head");
  }

  @Test
  void rowsThatDoNotFitAreRefused() {
    PageTable table = straight();
    batch.clear();
    batch.add(vocabulary, 0, table, table.slot(0), RowBatch.COMMITTED, true);
    assertThatThrownBy(() -> backend.forward(batch))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("token must be in [0, 512): token=512, row=0");
    batch.clear();
    batch.add(1, 0, table, PAGES * PageTable.PAGE_SIZE, RowBatch.COMMITTED, true);
    assertThatThrownBy(() -> backend.forward(batch))
        .hasMessage("slot must be in [0, 768): slot=768, row=0");
    RowBatch large = new RowBatch(MAX_ROWS + 1);
    for (int i = 0; i <= MAX_ROWS; i++) {
      large.add(1, i, table, table.slot(i), i - 1, false);
    }
    assertThatThrownBy(() -> backend.forward(large)).hasMessage("rows must be at most 96: rows=97");
  }

  protected static Path writeOnce(Path path, updraft.model.SyntheticModelBuilder builder) {
    try {
      return java.nio.file.Files.exists(path) ? path : builder.write(path);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static GgufTensor withNan(GgufTensor tensor, int row) {
    return changed(tensor, row, Float.NaN);
  }

  /** A copy of a tensor of floats with another number in a row. */
  protected static GgufTensor changed(GgufTensor tensor, int row, float value) {
    assertThat(tensor.type()).isEqualTo(QuantType.F32);
    MemorySegment data = Arena.ofAuto().allocate(tensor.data().byteSize(), 32);
    data.copyFrom(tensor.data());
    data.set(ValueLayout.JAVA_FLOAT, row * tensor.rowBytes() + 8, value);
    return new GgufTensor(tensor.name(), tensor.type(), tensor.rows(), tensor.columns(), data);
  }

  // sequences and rows

  protected final int[] tokens(int count) {
    return random.ints(count, 0, 256).toArray();
  }

  /** Pages of the test's own sequence, in random order. */
  protected final PageTable scattered() {
    List<Integer> order = new ArrayList<>(IntStream.range(0, OWN_PAGES).boxed().toList());
    Collections.shuffle(order, java.util.Random.from((RandomGenerator) random));
    PageTable table = new PageTable();
    order.subList(0, 10).forEach(table::add);
    return table;
  }

  /** Pages in order that no other table has. */
  protected final PageTable straight() {
    return pages(OWN_PAGES, OWN_PAGES + 10);
  }

  private static PageTable pages(int first, int end) {
    PageTable table = new PageTable();
    IntStream.range(first, end).forEach(table::add);
    return table;
  }

  private static int[] ownSlots(PageTable table, int root, int nodes) {
    return IntStream.range(0, nodes).map(node -> table.slot(root + node)).toArray();
  }

  /** Slots of other pages, scattered. */
  private int[] strays(PageTable table) {
    List<Integer> free = new ArrayList<>();
    for (int page = 0; page < OWN_PAGES; page++) {
      int wanted = page;
      if (IntStream.range(0, table.size()).noneMatch(i -> table.page(i) == wanted)) {
        IntStream.range(0, PageTable.PAGE_SIZE)
            .forEach(i -> free.add(wanted * PageTable.PAGE_SIZE + i));
      }
    }
    Collections.shuffle(free, java.util.Random.from((RandomGenerator) random));
    return free.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int[] path(int node, int[] parents) {
    List<Integer> path = new ArrayList<>();
    for (int at = node; at != RowBatch.COMMITTED; at = parents[at]) {
      path.addFirst(at);
    }
    return path.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Computes a prompt in chunks and returns the bits of every token's logits. */
  protected final int[][] prefill(PageTable table, int[] tokens, int chunk) {
    int[][] all = new int[tokens.length][];
    for (int start = 0; start < tokens.length; start += chunk) {
      int end = Math.min(tokens.length, start + chunk);
      addPrompt(table, tokens, start, end);
      RowOutputs outputs = backend.forward(batch);
      for (int i = start; i < end; i++) {
        all[i] = bits(outputs, i - start);
      }
    }
    return all;
  }

  private void addPrompt(PageTable table, int[] tokens, int start, int end) {
    batch.clear();
    for (int i = start; i < end; i++) {
      int parent = i == start ? RowBatch.COMMITTED : i - start - 1;
      batch.add(tokens[i], i, table, table.slot(i), parent, true);
    }
  }

  protected final int[] decode(PageTable table, int position, int token) {
    batch.clear();
    batch.add(token, position, table, table.slot(position), RowBatch.COMMITTED, true);
    return bits(backend.forward(batch), 0);
  }

  private int[][] tree(PageTable table, int root, int[] tokens, int[] parents, int[] slots) {
    batch.clear();
    addTree(table, root, tokens, parents, slots);
    RowOutputs outputs = backend.forward(batch);
    return IntStream.range(0, tokens.length)
        .mapToObj(node -> bits(outputs, node))
        .toArray(int[][]::new);
  }

  private void addTree(PageTable table, int root, int[] tokens, int[] parents, int[] slots) {
    int first = batch.rows();
    int[] depths = new int[tokens.length];
    for (int node = 0; node < tokens.length; node++) {
      boolean isRoot = parents[node] == RowBatch.COMMITTED;
      depths[node] = isRoot ? 0 : depths[parents[node]] + 1;
      batch.add(
          tokens[node],
          root + depths[node],
          table,
          slots[node],
          isRoot ? RowBatch.COMMITTED : first + parents[node],
          true);
    }
  }

  private int[] bits(RowOutputs outputs, int row) {
    assertThat(outputs.fault(row)).isNull();
    int offset = outputs.logitsOffset(row);
    int[] bits = new int[vocabulary];
    for (int i = 0; i < vocabulary; i++) {
      bits[i] = Float.floatToIntBits(outputs.logits()[offset + i]);
    }
    return bits;
  }
}
