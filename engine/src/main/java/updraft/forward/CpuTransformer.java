package updraft.forward;

import org.jspecify.annotations.Nullable;
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
final class CpuTransformer {
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
  private final TreeAttention attention;
  private final CpuOutputs outputs;

  /** How the rows of a head enter; null for a model. */
  private final @Nullable CpuPairs pairs;

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

  // what the stages of the current forward read
  private RowBatch batch = new RowBatch(0);
  private int layer;
  private CpuWeights.Layer layerWeights;
  private PackedMatrix projection;
  private int projectionStart;
  private int itemGroups;

  // stages as objects, so that running one allocates nothing
  private final ComputePool.Task embed = this::embed;
  private final ComputePool.Task normAttention = this::normAttention;
  private final ComputePool.Task project = this::project;
  private final ComputePool.Task rotateAndStore = this::rotateAndStore;
  private final ComputePool.Task attend = this::attend;
  private final ComputePool.Task quantizeAttended = this::quantizeAttended;
  private final ComputePool.Task projectOutput = this::projectOutput;
  private final ComputePool.Task normFeedForward = this::normFeedForward;
  private final ComputePool.Task gateAndUp = this::gateAndUp;
  private final ComputePool.Task down = this::down;
  private final ComputePool.Task normOutput = this::normOutput;
  private final ComputePool.Task head = this::head;

  CpuTransformer(
      ModelConfig config,
      CpuWeights weights,
      KeyValues keyValues,
      ComputePool pool,
      Kernels kernels,
      BackendOptions options,
      @Nullable CpuPairs pairs) {
    this.pairs = pairs;
    this.config = config;
    this.weights = weights;
    this.keyValues = keyValues;
    this.pool = pool;
    this.matMul = kernels.matMul();
    this.math = kernels.rowMath();
    this.lanes = kernels.lanes();
    this.layerWeights = weights.layers().getFirst();
    this.projection = layerWeights.queryKeyValue().getFirst();
    int rows = options.maxRows();
    int hidden = config.hiddenSize();
    rotary = new RotaryEmbedding(config);
    attention = new TreeAttention(config, keyValues, kernels, pool.threads(), rows);
    outputs =
        new CpuOutputs(rows, hidden, options.maxLogitsRows(), padded(config.vocabularySize()));
    state = floats(rows, hidden);
    normed = new Activations(rows, hidden);
    attended = new Activations(rows, config.querySize());
    activated = new Activations(rows, config.feedForwardSize());
    last = new Activations(options.maxLogitsRows(), hidden);
    projectedStride = config.querySize() + 2 * config.keyValueSize() + 3 * lanes;
    projected = floats(rows, projectedStride);
    hiddenStride = padded(hidden);
    product = floats(rows, hiddenStride);
    gateStride = padded(config.feedForwardSize());
    gate = floats(rows, gateStride);
    up = floats(rows, gateStride);
  }

  private int padded(int size) {
    return (size + lanes - 1) / lanes * lanes;
  }

  private static float[] floats(int rows, int columns) {
    return new float[Math.multiplyExact(rows, columns)];
  }

  void capture(int... layers) {
    outputs.capture(layers);
  }

  RowOutputs forward(RowBatch rows) {
    batch = rows;
    int n = rows.rows();
    outputs.begin(rows);
    attention.plan(rows);
    for (int row = 0; row < n; row++) {
      keyValues.ensure(rows.slot(row));
      rotary.ensure(rows.position(row));
    }
    layerWeights = weights.layers().getFirst();
    pool.run(n, embed);
    for (layer = 0; layer < config.layers(); layer++) {
      layerWeights = weights.layers().get(layer);
      attention(n);
      feedForward(n);
      outputs.layerDone(layer, state);
    }
    if (rows.logitsRows() > 0) {
      pool.run(n, normOutput);
      runGroups(weights.output().groups(), head);
    }
    outputs.end();
    return outputs;
  }

  private void attention(int n) {
    if (pairs == null) {
      pool.run(n, normAttention);
    }
    projectionStart = 0;
    for (PackedMatrix matrix : layerWeights.queryKeyValue()) {
      projection = matrix;
      runGroups(matrix.groups(), project);
      projectionStart += matrix.rows();
    }
    int heads = config.heads() + config.kvHeads();
    if (n == 1) { // not worth a pause
      for (int item = 0; item < heads; item++) {
        rotateAndStore(item, 0);
      }
    } else {
      pool.run(heads, rotateAndStore);
    }
    pool.run(attention.items(), attend);
    if (!attention.quantizes()) {
      pool.run(n, quantizeAttended);
    }
    runGroups(layerWeights.attentionOutput().groups(), projectOutput);
  }

  private void feedForward(int n) {
    pool.run(n, normFeedForward);
    runGroups(units(config.feedForwardSize()), gateAndUp);
    runGroups(layerWeights.down().groups(), down);
  }

  /** Spreads output groups over threads in items of equal size. */
  private void runGroups(int groups, ComputePool.Task task) {
    int items = pool.threads() == 1 ? 1 : pool.threads() * ITEMS_PER_THREAD;
    itemGroups = Math.max(2, (groups + items - 1) / items);
    itemGroups += itemGroups & 1; // whole tiles of two
    pool.run((groups + itemGroups - 1) / itemGroups, task);
  }

  private void embed(int row, int thread) {
    if (pairs == null) {
      weights.embedding().dequantizeRow(batch.token(row), state, row * config.hiddenSize());
    } else {
      pairs.enter(batch.token(row), row, weights.embedding(), layerWeights.attentionNorm(), state);
    }
  }

  private void normAttention(int row, int thread) {
    norm(row, layerWeights.attentionNorm(), normed, row, "before attention of layer ", layer);
  }

  private void normFeedForward(int row, int thread) {
    norm(row, layerWeights.feedForwardNorm(), normed, row, "before feed-forward of layer ", layer);
  }

  private void normOutput(int row, int thread) {
    int index = batch.logitsIndex(row);
    if (index >= 0) {
      norm(row, weights.outputNorm(), last, index, "after layer ", config.layers() - 1);
    }
  }

  private void norm(
      int row, float[] weight, Activations out, int outRow, String place, int ofLayer) {
    int n = config.hiddenSize();
    float epsilon = config.rmsEpsilon();
    float sum = math.rmsNorm(state, row * n, weight, n, epsilon, out.values(), outRow * n);
    if (!(sum < Float.POSITIVE_INFINITY)) {
      outputs.fault(row, "hidden state must be finite: NaN or infinity " + place + ofLayer);
    }
    quantize(out, outRow, 0, n);
  }

  /** Columns that are not whole blocks meet float weights alone. */
  private void quantize(Activations x, int row, int first, int end) {
    if (x.columns() % PackedMatrix.BLOCK == 0) {
      math.quantize(x, row, first / PackedMatrix.BLOCK, end / PackedMatrix.BLOCK);
    }
  }

  private void project(int item, int thread) {
    matMul.multiply(
        projection,
        item * itemGroups,
        Math.min(projection.groups(), (item + 1) * itemGroups),
        pairs == null ? normed : pairs.joined(),
        batch.rows(),
        projected,
        projectionStart,
        projectedStride);
  }

  /**
   * One head of all rows: neighbouring positions share cache lines of keys, which two threads would
   * take from each other. Heads of keys come first, since they take longest.
   */
  private void rotateAndStore(int item, int thread) {
    int kvHeads = config.kvHeads();
    for (int row = 0; row < batch.rows(); row++) {
      if (item < kvHeads) {
        rotateKeyAndStore(row, item);
      } else {
        rotate(row, item - kvHeads, layerWeights.queryNorm());
      }
    }
  }

  private void rotateKeyAndStore(int row, int head) {
    rotate(row, config.heads() + head, layerWeights.keyNorm());
    int keyHead = config.heads() + head;
    int valueHead = keyHead + config.kvHeads();
    addBias(row, valueHead);
    int key = headAt(row, keyHead);
    int value = headAt(row, valueHead);
    if (!keyValues.store(layer, batch.slot(row), head, projected, key, value)) {
      outputs.fault(
          row,
          "keys and values must be finite and fit their type: NaN or infinity in layer " + layer);
    }
  }

  /** A head of queries or keys, counted from the first query's. */
  private void rotate(int row, int head, float @Nullable [] norm) {
    int at = headAt(row, head);
    addBias(row, head);
    if (norm != null) {
      math.rmsNorm(projected, at, norm, config.headSize(), config.rmsEpsilon(), projected, at);
    }
    rotary.rotate(batch.position(row), projected, at);
  }

  private void addBias(int row, int head) {
    float[] biases = layerWeights.biases();
    if (biases != null) {
      int size = config.headSize();
      math.add(projected, headAt(row, head), biases, head * size, size);
    }
  }

  private int headAt(int row, int head) {
    return row * projectedStride + head * config.headSize();
  }

  private void attend(int item, int thread) {
    attention.attend(layer, item, thread, projected, projectedStride, attended);
  }

  private void quantizeAttended(int row, int thread) {
    quantize(attended, row, 0, attended.columns());
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
    int groupsPerUnit = unit() / lanes;
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
      quantize(activated, row, first, end);
    }
  }

  /** Outputs that an item of gate and up has a multiple of: whole groups and whole blocks. */
  private int unit() {
    return Math.max(lanes, PackedMatrix.BLOCK);
  }

  private int units(int size) {
    return (size + unit() - 1) / unit();
  }

  private void head(int item, int thread) {
    PackedMatrix output = weights.output();
    int firstGroup = item * itemGroups;
    int endGroup = Math.min(output.groups(), firstGroup + itemGroups);
    float[] logits = outputs.logits();
    int stride = outputs.logitsStride;
    matMul.multiply(output, firstGroup, endGroup, last, batch.logitsRows(), logits, 0, stride);
    int first = firstGroup * lanes;
    int count = Math.min(config.vocabularySize(), endGroup * lanes) - first;
    for (int row = 0; row < batch.rows(); row++) {
      int index = batch.logitsIndex(row);
      if (index >= 0 && !math.finite(logits, index * stride + first, count)) {
        outputs.fault(row, "logits must be finite: NaN or infinity in the output head");
      }
    }
  }
}
