package updraft.tornado;

import java.util.ArrayList;
import java.util.List;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.model.ModelConfig;
import updraft.tornado.kernel.Step;

/** What forwards read and write on the device, taken once. */
final class Buffers {
  /** Slots that are copied at once. */
  static final int MAX_MOVES = 64;

  /** {@link Step}: copied to the device before every graph. */
  final IntArray step = ints(Step.SIZE);

  /** Rows, tiles and page tables ({@link Sizes}): copied once a forward. */
  final IntArray inputs;

  /** Shape (rows, rotated): cosines of the pairs, then sines; copied once a forward. */
  final FloatArray anglesGiven;

  /** The same, on the device. */
  final FloatArray angles;

  /** Pairs of slots. */
  final IntArray moves = ints(2 * MAX_MOVES);

  /** Shape (rows, hidden): the residual stream. */
  final FloatArray state;

  /** (rows, hidden) after a norm. */
  final Quantised normed;

  /** (rows, queries, keys, values). */
  final FloatArray projected;

  /** By layer, page, head: see {@code KeyValueLayout}. */
  final FloatArray keys;

  final FloatArray values;

  /** (rows, heads, parts of the context, head size). */
  final FloatArray sums;

  /** (rows, heads, parts of the context, 2). */
  final FloatArray maxima;

  /** (rows, query size): what attention read. */
  final Quantised attended;

  /** (rows, 2 × feed-forward size). */
  final FloatArray gateUp;

  /** (rows, feed-forward size). */
  final Quantised activated;

  /** (logits rows, hidden) after the last norm. */
  final Quantised last;

  /** (logits rows, vocabulary). */
  final FloatArray logits;

  /** A logits row: its largest logit's token. */
  final IntArray largest;

  /** A logits row: the token that its rule takes. */
  final IntArray chosen;

  /** (logits rows, 2): by how much that token leads; not finite where a logit is not. */
  final FloatArray told;

  /** A row: not finite where one of its numbers was not. */
  final FloatArray faults;

  /** A logits row: not finite where a logit is not. */
  final FloatArray logitsTraces;

  /** (norms, rows, 2): not finite, or 1 and more, where something is wrong. */
  final FloatArray traces;

  /** The same, for the host. */
  final FloatArray tracesSeen;

  /** (rows, 2 × key-value heads). */
  final FloatArray storeTraces;

  /** (rows, hidden): states that the host asked for. */
  final FloatArray statesSeen;

  Buffers(Sizes sizes) {
    ModelConfig config = sizes.config();
    int rows = sizes.rows();
    inputs = ints(sizes.inputs());
    anglesGiven = floats(rows, config.ropeDimensions());
    angles = floats(rows, config.ropeDimensions());
    state = floats(rows, sizes.hidden());
    normed = Quantised.of(rows, sizes.hidden());
    projected = floats(rows, sizes.projected());
    keys = DeviceWeights.zeros(sizes.keyElements());
    values = DeviceWeights.zeros(sizes.keyElements());
    int parts = Math.multiplyExact(rows, config.heads() * sizes.splits());
    sums = floats(parts, config.headSize());
    maxima = floats(parts, 2);
    attended = Quantised.of(rows, config.querySize());
    gateUp = floats(rows, 2 * config.feedForwardSize());
    activated = Quantised.of(rows, config.feedForwardSize());
    last = Quantised.of(sizes.logitsRows(), sizes.hidden());
    logits = floats(sizes.logitsRows(), config.vocabularySize());
    largest = ints(sizes.logitsRows());
    chosen = ints(sizes.logitsRows());
    told = floats(sizes.logitsRows(), 2);
    faults = floats(rows, 1);
    logitsTraces = DeviceWeights.zeros(sizes.logitsRows());
    traces = floats(rows, 2 * sizes.norms());
    tracesSeen = floats(rows, 2 * sizes.norms());
    storeTraces = floats(rows, 2 * config.kvHeads());
    statesSeen = floats(rows, sizes.hidden());
  }

  private static IntArray ints(int size) {
    IntArray array = new IntArray(size);
    array.init(0);
    return array;
  }

  private static FloatArray floats(int rows, int columns) {
    return DeviceWeights.zeros(Math.multiplyExact(rows, columns));
  }

  /** What layers hand on to each other on the device, in the order of their use. */
  List<FloatArray> resident() {
    List<FloatArray> arrays = new ArrayList<>();
    for (Quantised rows : List.of(normed, attended, activated)) {
      arrays.addAll(rows.arrays());
    }
    arrays.addAll(List.of(state, projected, keys, values, sums, maxima, gateUp, storeTraces));
    return arrays;
  }

  /** Bytes on the device. */
  long bytes() {
    long bytes = 0;
    for (Quantised rows : List.of(normed, attended, activated, last)) {
      bytes += rows.bytes();
    }
    for (FloatArray array :
        List.of(state, projected, sums, maxima, gateUp, logits, statesSeen, keys, values)) {
      bytes += 4L * array.getSize();
    }
    return bytes + 4L * inputs.getSize();
  }
}
