package updraft.forward;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import updraft.cache.PageTable;
import updraft.kernel.Activations;
import updraft.kernel.ComputePool;
import updraft.kernel.Kernels;
import updraft.kernel.MatMul;
import updraft.kernel.RowMath;
import updraft.model.ModelConfig;
import updraft.model.PackedMatrix;

/**
 * A decoder of the Llama family over rows: for each layer attention and a gated feed-forward
 * network, each after an RMS norm and added to the hidden state.
 *
 * <p>Stages are spread over the pool's threads by outputs, rows or heads; what an item writes is
 * its own, and no result depends on how items are spread. All memory is taken on construction.
 */
final class CpuTransformer implements RowOutputs {
  /** Items a thread in a product: enough to even out threads that lose time. */
  private static final int ITEMS_PER_THREAD = 6;

  private final ModelConfig config;
  private final CpuWeights weights;
  private final KeyValues keyValues;
  private final ComputePool pool;
  private final MatMul matMul;
  private final RowMath math;
  private final int lanes;
  private final RotaryEmbedding rotary;

  /** Shape (rows, hidden): the residual stream. */
  private final float[] state;

  /** (rows, hidden) after a norm. */
  private final Activations normed;

  /** (rows, query size): what attention read. */
  private final Activations attended;

  /** (rows, feed-forward size). */
  private final Activations activated;

  /** (logits rows, hidden) after the last norm. */
  private final Activations last;

  /** (rows, query + key + value, padded). */
  private final float[] projected;

  private final int projectedStride;

  /** (rows, padded outputs): products before they are added to the state, and gate and up. */
  private final float[] product;

  private final float[] gate;
  private final float[] up;
  private final int hiddenStride;
  private final int gateStride;

  /** (logits rows, vocabulary padded). */
  private final float[] logits;

  private final int logitsStride;

  /** By thread: scores of a row's context, and slots of its tail. */
  private final float[][] scores;

  private final int[][] tailSlots;

  private final @Nullable String[] faults;
  private int[] captureLayers = {};
  private float[][] captured = {};
  private RowBatch batch = new RowBatch(0);
  private int layer;
  private CpuWeights.Layer layerWeights;
  private int itemGroups;

  // stages as objects, so that running one allocates nothing
  private final ComputePool.Task project = this::project;
  private final ComputePool.Task attend = this::attend;
  private final ComputePool.Task projectOutput = this::projectOutput;
  private final ComputePool.Task gateAndUp = this::gateAndUp;
  private final ComputePool.Task down = this::down;
  private final ComputePool.Task head = this::head;
  private final ComputePool.Task normAttention = this::normAttention;
  private final ComputePool.Task normFeedForward = this::normFeedForward;
  private final ComputePool.Task rotateAndStore = this::rotateAndStore;

  CpuTransformer(
      ModelConfig config,
      CpuWeights weights,
      KeyValues keyValues,
      ComputePool pool,
      Kernels kernels,
      int maxRows,
      int maxLogitsRows) {
    this.config = config;
    this.weights = weights;
    this.keyValues = keyValues;
    this.pool = pool;
    this.matMul = kernels.matMul();
    this.math = kernels.rowMath();
    this.lanes = kernels.lanes();
    this.rotary = new RotaryEmbedding(config, maxRows);
    this.layerWeights = weights.layers().getFirst();
    this.projection = layerWeights.queryKeyValue().getFirst();
    int hidden = config.hiddenSize();
    int feedForward = config.feedForwardSize();
    state = new float[maxRows * hidden];
    normed = new Activations(maxRows, hidden);
    attended = new Activations(maxRows, config.querySize());
    activated = new Activations(maxRows, feedForward);
    last = new Activations(maxLogitsRows, hidden);
    projectedStride = config.querySize() + 2 * config.keyValueSize() + 3 * lanes;
    projected = new float[maxRows * projectedStride];
    hiddenStride = padded(hidden);
    product = new float[maxRows * hiddenStride];
    gateStride = padded(feedForward);
    gate = new float[maxRows * gateStride];
    up = new float[maxRows * gateStride];
    logitsStride = padded(config.vocabularySize());
    logits = new float[maxLogitsRows * logitsStride];
    scores = new float[pool.threads()][padded16(config.contextLength())];
    tailSlots = new int[pool.threads()][maxRows];
    faults = new String[maxRows];
  }

  private int padded(int outputs) {
    return (outputs + lanes - 1) / lanes * lanes;
  }

  private static int padded16(int n) {
    return (n + RowMath.LANES) / RowMath.LANES * RowMath.LANES;
  }

  void capture(int... layers) {
    captureLayers = layers.clone();
    captured = new float[layers.length][state.length];
  }

  RowOutputs forward(RowBatch rows) {
    batch = rows;
    int n = rows.rows();
    for (int row = 0; row < n; row++) {
      faults[row] = null;
      keyValues.ensure(rows.slot(row));
      rotary.position(row, rows.position(row));
      weights.embedding().dequantizeRow(rows.token(row), state, row * config.hiddenSize());
    }
    for (layer = 0; layer < config.layers(); layer++) {
      layerWeights = weights.layers().get(layer);
      attention(n);
      feedForward(n);
      captureState(n);
    }
    logits(n);
    return this;
  }

  private void attention(int n) {
    pool.run(n, normAttention);
    int first = 0;
    for (PackedMatrix matrix : layerWeights.queryKeyValue()) {
      projection = matrix;
      projectionStart = first;
      runGroups(matrix.groups(), project);
      first += matrix.rows();
    }
    pool.run(n, rotateAndStore);
    pool.run(n * config.heads(), attend);
    if (!quantizesByHead()) {
      for (int row = 0; row < n; row++) {
        math.quantize(attended, row, 0, attended.columns() / PackedMatrix.BLOCK);
      }
    }
    runGroups(layerWeights.attentionOutput().groups(), projectOutput);
  }

  /** The matrix that {@link #project} multiplies with, and the place of its outputs in a row. */
  private PackedMatrix projection;

  private int projectionStart;

  private void feedForward(int n) {
    pool.run(n, normFeedForward);
    int unit = Math.max(lanes, PackedMatrix.BLOCK);
    runGroups((config.feedForwardSize() + unit - 1) / unit, gateAndUp);
    runGroups(layerWeights.down().groups(), down);
  }

  /** Spreads output groups over threads in items of equal size. */
  private void runGroups(int groups, ComputePool.Task task) {
    int items = pool.threads() == 1 ? 1 : pool.threads() * ITEMS_PER_THREAD;
    itemGroups = Math.max(2, (groups + items - 1) / items);
    itemGroups += itemGroups & 1; // whole tiles of two
    pool.run((groups + itemGroups - 1) / itemGroups, task);
  }

  private void normAttention(int row, int thread) {
    norm(row, layerWeights.attentionNorm(), "attention");
  }

  private void normFeedForward(int row, int thread) {
    norm(row, layerWeights.feedForwardNorm(), "feed-forward");
  }

  private void norm(int row, float[] weight, String part) {
    int hidden = config.hiddenSize();
    float sum =
        math.rmsNorm(
            state,
            row * hidden,
            weight,
            hidden,
            config.rmsEpsilon(),
            normed.values(),
            row * hidden);
    if (!(sum < Float.POSITIVE_INFINITY) && faults[row] == null) {
      faults[row] =
          "hidden state must be finite: NaN or infinity before " + part + " of layer " + layer;
    }
    math.quantize(normed, row, 0, hidden / PackedMatrix.BLOCK);
  }

  private void project(int item, int thread) {
    matMul.multiply(
        projection,
        item * itemGroups,
        Math.min(projection.groups(), (item + 1) * itemGroups),
        normed,
        batch.rows(),
        projected,
        projectionStart,
        projectedStride);
  }

  private void rotateAndStore(int row, int thread) {
    int headSize = config.headSize();
    int queries = row * projectedStride;
    int keys = queries + config.querySize();
    int values = keys + config.keyValueSize();
    float[] biases = layerWeights.biases();
    if (biases != null) {
      math.add(projected, queries, biases, 0, biases.length);
    }
    for (int head = 0; head < config.heads() + config.kvHeads(); head++) {
      int from = queries + head * headSize;
      float[] norm = head < config.heads() ? layerWeights.queryNorm() : layerWeights.keyNorm();
      if (norm != null) {
        math.rmsNorm(projected, from, norm, headSize, config.rmsEpsilon(), projected, from);
      }
      rotary.rotate(row, projected, from);
    }
    keyValues.store(layer, batch.slot(row), projected, keys, projected, values);
  }

  /** One head of one row over its whole context, in position order. */
  private void attend(int item, int thread) {
    int row = item / config.heads();
    int queryHead = item % config.heads();
    int kvHead = queryHead / (config.heads() / config.kvHeads());
    int headSize = config.headSize();
    int query = row * projectedStride + queryHead * headSize;
    int out = row * config.querySize() + queryHead * headSize;
    float scale = config.attentionScale();
    float[] weight = scores[thread];
    int[] tail = tailSlots[thread];
    PageTable table = batch.table(row);
    int prefix = batch.prefix(row);
    int positions = batch.position(row) + 1;

    for (int p = 0; p < prefix; p += KeyValues.PAGE) {
      int page = table.page(p / KeyValues.PAGE);
      keyValues.scores(layer, page, kvHead, projected, query, scale, weight, p);
    }
    for (int p = positions - 1, at = row; p >= prefix; p--, at = batch.parent(at)) {
      tail[p - prefix] = batch.slot(at);
      weight[p] = keyValues.score(layer, batch.slot(at), kvHead, projected, query, scale);
    }
    float sum = math.exponentials(weight, positions);

    float[] result = attended.values();
    Arrays.fill(result, out, out + headSize, 0);
    for (int p = 0; p < prefix; p += KeyValues.PAGE) {
      int page = table.page(p / KeyValues.PAGE);
      int count = Math.min(KeyValues.PAGE, prefix - p);
      keyValues.weigh(layer, page, kvHead, 0, count, weight, p, result, out);
    }
    for (int p = prefix; p < positions; p++) {
      int slot = tail[p - prefix];
      keyValues.weigh(
          layer, slot / KeyValues.PAGE, kvHead, slot % KeyValues.PAGE, 1, weight, p, result, out);
    }
    math.scale(result, out, headSize, 1 / sum);
    if (quantizesByHead()) {
      int block = queryHead * headSize / PackedMatrix.BLOCK;
      math.quantize(attended, row, block, block + headSize / PackedMatrix.BLOCK);
    }
  }

  private boolean quantizesByHead() {
    return config.headSize() % PackedMatrix.BLOCK == 0;
  }

  private void projectOutput(int item, int thread) {
    addProduct(layerWeights.attentionOutput(), attended, item, layerWeights.attentionOutputBias());
  }

  private void down(int item, int thread) {
    addProduct(layerWeights.down(), activated, item, null);
  }

  /** Adds an item's outputs of a product to the hidden state. */
  private void addProduct(PackedMatrix matrix, Activations x, int item, float @Nullable [] bias) {
    int firstGroup = item * itemGroups;
    int endGroup = Math.min(matrix.groups(), firstGroup + itemGroups);
    matMul.multiply(matrix, firstGroup, endGroup, x, batch.rows(), product, 0, hiddenStride);
    int first = firstGroup * lanes;
    int count = Math.min(matrix.rows(), endGroup * lanes) - first;
    for (int row = 0; row < batch.rows(); row++) {
      int from = row * hiddenStride + first;
      if (bias != null) {
        math.add(product, from, bias, first, count);
      }
      math.add(state, row * config.hiddenSize() + first, product, from, count);
    }
  }

  /** Gate and up of whole blocks of the feed-forward network, activated and quantised. */
  private void gateAndUp(int item, int thread) {
    int unit = Math.max(lanes, PackedMatrix.BLOCK);
    int groupsPerUnit = unit / lanes;
    int size = config.feedForwardSize();
    int groups = layerWeights.gate().groups();
    int firstGroup = item * itemGroups * groupsPerUnit;
    int endGroup = Math.min(groups, firstGroup + itemGroups * groupsPerUnit);
    int rows = batch.rows();
    matMul.multiply(layerWeights.gate(), firstGroup, endGroup, normed, rows, gate, 0, gateStride);
    matMul.multiply(layerWeights.up(), firstGroup, endGroup, normed, rows, up, 0, gateStride);
    int first = firstGroup * lanes;
    int end = Math.min(size, endGroup * lanes);
    for (int row = 0; row < rows; row++) {
      int from = row * gateStride + first;
      math.swiglu(gate, from, up, from, end - first, activated.values(), row * size + first);
      if (size % PackedMatrix.BLOCK == 0) {
        math.quantize(activated, row, first / PackedMatrix.BLOCK, end / PackedMatrix.BLOCK);
      }
    }
  }

  private void captureState(int n) {
    for (int i = 0; i < captureLayers.length; i++) {
      if (captureLayers[i] == layer) {
        System.arraycopy(state, 0, captured[i], 0, n * config.hiddenSize());
      }
    }
  }

  private void logits(int n) {
    if (batch.logitsRows() == 0) {
      return;
    }
    int hidden = config.hiddenSize();
    for (int row = 0; row < n; row++) {
      int index = batch.logitsIndex(row);
      if (index >= 0) {
        math.rmsNorm(
            state,
            row * hidden,
            weights.outputNorm(),
            hidden,
            config.rmsEpsilon(),
            last.values(),
            index * hidden);
        math.quantize(last, index, 0, hidden / PackedMatrix.BLOCK);
      }
    }
    runGroups(weights.output().groups(), head);
  }

  private void head(int item, int thread) {
    PackedMatrix output = weights.output();
    int firstGroup = item * itemGroups;
    int endGroup = Math.min(output.groups(), firstGroup + itemGroups);
    matMul.multiply(
        output, firstGroup, endGroup, last, batch.logitsRows(), logits, 0, logitsStride);
    int first = firstGroup * lanes;
    int count = Math.min(config.vocabularySize(), endGroup * lanes) - first;
    for (int row = 0; row < batch.rows(); row++) {
      int index = batch.logitsIndex(row);
      if (index >= 0
          && faults[row] == null
          && !math.finite(logits, index * logitsStride + first, count)) {
        faults[row] = "logits must be finite: NaN or infinity in the output head";
      }
    }
  }

  @Override
  public float[] logits() {
    return logits;
  }

  @Override
  public int logitsOffset(int row) {
    int index = batch.logitsIndex(row);
    if (index < 0) {
      throw new IllegalArgumentException("row must have asked for logits: row=" + row);
    }
    return index * logitsStride;
  }

  @Override
  public float[] hidden(int wanted) {
    for (int i = 0; i < captureLayers.length; i++) {
      if (captureLayers[i] == wanted) {
        return captured[i];
      }
    }
    throw new IllegalArgumentException("layer must have been asked for: layer=" + wanted);
  }

  @Override
  public @Nullable String fault(int row) {
    return faults[row];
  }
}
