package updraft.tornado.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import updraft.model.GgufTensor;
import updraft.model.QuantType;
import updraft.model.RandomTensor;
import updraft.tornado.PackedTensor;

/**
 * Kernels that make rows of rows, over odd shapes, against scalar twins in double precision: on the
 * simulator in every build, on a device where there is one.
 */
abstract class RowKernelContract {
  private static final float EPSILON = 1e-5f;
  private final KernelContext context = new KernelContext();
  private final SplittableRandom random = new SplittableRandom(17);

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "I64")
  void embeddingsAreGatheredOfEveryStoredType(QuantType type) {
    int tokens = 71;
    int rows = 3;
    int columns = type.blockElements() == 1 ? 45 : type.blockElements();
    GgufTensor tensor = RandomTensor.of(type, tokens, columns, 4);
    PackedTensor packed = PackedTensor.of(tensor);
    IntArray step = Launch.step(rows);
    IntArray inputs = Launch.ints(rows * RowField.SIZE);
    int[] wanted = {70, 0, 33};
    for (int row = 0; row < rows; row++) {
      inputs.set(row * RowField.SIZE + RowField.TOKEN, wanted[row]);
    }
    FloatArray state = Launch.floats(rows * columns);
    new Run()
        .in(step, inputs, packed.words(), packed.factors())
        .task(
            "gather",
            Launch.groups(rows * columns, Embedding.ITEMS),
            Embedding.ITEMS,
            graph ->
                graph.task(
                    "gather",
                    Embedding::gather,
                    context,
                    step,
                    inputs,
                    packed.words(),
                    packed.factors(),
                    state,
                    packed.kind(),
                    columns,
                    packed.blockFactors()))
        .out(state);
    float[] expected = new float[columns];
    for (int row = 0; row < rows; row++) {
      tensor.dequantizeRow(wanted[row], expected, 0);
      for (int k = 0; k < columns; k++) {
        float tolerance = 1e-5f * Math.max(1e-3f, largest(expected));
        assertThat(state.get(row * columns + k))
            .as("%s, row %d, column %d", type, row, k)
            .isCloseTo(expected[k], within(tolerance));
      }
    }
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 0", "3, 33, 0", "2, 200, 4", "5, 31, 3"})
  void normsAreThoseOfDoublePrecision(int rows, int columns, int storeHeads) {
    int all = rows + 2; // source rows, of which some are taken
    int layer = 1;
    FloatArray x = Launch.random(all * columns, random);
    FloatArray weights = Launch.random(4 * columns, random);
    FloatArray stored = Launch.random(Math.max(1, all * storeHeads), random);
    IntArray step = Launch.step(rows);
    step.set(Step.LAYER, layer);
    IntArray inputs = Launch.ints(3 + rows);
    for (int row = 0; row < rows; row++) {
      inputs.set(3 + row, all - 1 - row);
    }
    Rows y = new Rows(rows, columns);
    FloatArray traces = Launch.floats(4 * all * 2);
    new Run()
        .in(step, inputs, x, weights, stored, traces)
        .task(
            "clear",
            Launch.groups(traces.getSize(), Copies.ITEMS),
            Copies.ITEMS,
            graph -> graph.task("clear", Copies::clear, context, traces, traces.getSize()))
        .task(
            "norm",
            rows,
            RmsNorm.ITEMS,
            graph ->
                graph.task(
                    "norm",
                    RmsNorm::normalise,
                    context,
                    step,
                    inputs,
                    x,
                    weights,
                    y.values,
                    y.quants,
                    y.scales,
                    y.sums,
                    stored,
                    traces,
                    3,
                    storeHeads,
                    Step.ROWS,
                    2,
                    1,
                    all,
                    columns,
                    EPSILON))
        .out(y.values, y.quants, y.scales, y.sums, traces);
    for (int row = 0; row < rows; row++) {
      int source = all - 1 - row;
      double squares = 0;
      for (int k = 0; k < columns; k++) {
        squares += square(x.get(source * columns + k));
      }
      double factor = 1 / Math.sqrt(squares / columns + EPSILON);
      for (int k = 0; k < columns; k++) {
        double weight = weights.get((2 * layer + 1) * columns + k);
        double expected = x.get(source * columns + k) * factor * weight;
        assertThat((double) y.at(row, k))
            .isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
      }
      double store = 0;
      for (int head = 0; head < storeHeads; head++) {
        store += stored.get(source * storeHeads + head);
      }
      int at = ((2 * layer + 1) * all + source) * 2;
      assertThat((double) traces.get(at)).isCloseTo(squares, within(1e-4 * (1 + squares)));
      assertThat((double) traces.get(at + 1)).isCloseTo(store, within(1e-5));
    }
    y.assertQuantised();
  }

  private static double square(double x) {
    return x * x;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 33", "7, 96"})
  void rowsAreQuantisedToTheNearest(int rows, int columns) {
    Rows x = new Rows(rows, columns);
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < columns; k++) {
        x.values.set(row * x.blocks * 32 + k, row == 1 ? 0f : (float) random.nextGaussian());
      }
    }
    IntArray step = Launch.step(rows);
    new Run()
        .in(step, x.values)
        .task(
            "quantise",
            Launch.groups(rows * x.blocks, Quantisation.ITEMS),
            Quantisation.ITEMS,
            graph ->
                graph.task(
                    "quantise",
                    Quantisation::rows,
                    context,
                    step,
                    x.values,
                    x.quants,
                    x.scales,
                    x.sums,
                    x.blocks))
        .out(x.quants, x.scales, x.sums);
    x.assertQuantised();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 33", "5, 70"})
  void theGateIsSiluTimesUp(int rows, int columns) {
    FloatArray x = Launch.random(rows * 2 * columns, random);
    Rows y = new Rows(rows, columns);
    IntArray step = Launch.step(rows);
    new Run()
        .in(step, x)
        .task(
            "activate",
            Launch.groups(rows * y.blocks, SwiGlu.ITEMS),
            SwiGlu.ITEMS,
            graph ->
                graph.task(
                    "activate",
                    SwiGlu::activate,
                    context,
                    step,
                    x,
                    y.values,
                    y.quants,
                    y.scales,
                    y.sums,
                    columns,
                    y.blocks))
        .out(y.values, y.quants, y.scales, y.sums);
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < columns; k++) {
        double gate = x.get(row * 2 * columns + k);
        double up = x.get(row * 2 * columns + columns + k);
        assertThat((double) y.at(row, k))
            .isCloseTo(gate / (1 + Math.exp(-gate)) * up, within(1e-5));
      }
    }
    y.assertQuantised();
  }

  @ParameterizedTest
  @CsvSource({"1, 5", "3, 33"})
  void aHeadsInputIsEmbeddingThenFeatures(int rows, int columns) {
    FloatArray embeddings = Launch.random(rows * columns, random);
    FloatArray features = Launch.random(rows * columns, random);
    Rows y = new Rows(rows, 2 * columns);
    IntArray step = Launch.step(rows);
    new Run()
        .in(step, embeddings, features)
        .task(
            "concat",
            Launch.groups(rows * y.blocks, EagleStep.ITEMS),
            EagleStep.ITEMS,
            graph ->
                graph.task(
                    "concat",
                    EagleStep::concat,
                    context,
                    step,
                    embeddings,
                    features,
                    y.values,
                    y.quants,
                    y.scales,
                    y.sums,
                    columns,
                    y.blocks))
        .out(y.values, y.quants, y.scales, y.sums);
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < columns; k++) {
        assertThat(y.at(row, k)).isEqualTo(embeddings.get(row * columns + k));
        assertThat(y.at(row, columns + k)).isEqualTo(features.get(row * columns + k));
      }
    }
    y.assertQuantised();
  }

  @ParameterizedTest
  @CsvSource({
    // heads, kvHeads, headSize, rotated, adjacent, normed
    "1, 1, 2, 2, 0, 0",
    "3, 1, 40, 40, 1, 0",
    "6, 2, 34, 20, 0, 1",
    "4, 4, 33, 10, 1, 1"
  })
  void headsAreRotatedAndStored(
      int heads, int kvHeads, int headSize, int rotated, int adjacent, int normed) {
    int rows = 5;
    int pages = 3;
    int layer = 1;
    int all = heads + 2 * kvHeads;
    FloatArray projected = Launch.random(rows * all * headSize, random);
    float[] before = projected.toHeapArray();
    FloatArray angles = Launch.floats(rows * rotated);
    FloatArray norms = Launch.random(2 * 2 * headSize, random);
    FloatArray keys = Launch.floats(2 * pages * KeyValueLayout.PAGE * kvHeads * headSize);
    FloatArray values = Launch.floats(keys.getSize());
    FloatArray traces = Launch.floats(rows * 2 * kvHeads);
    IntArray step = Launch.step(rows);
    step.set(Step.LAYER, layer);
    IntArray inputs = Launch.ints(rows * RowField.SIZE);
    int[] slots = {17, 0, 47, 16, 5};
    for (int row = 0; row < rows; row++) {
      inputs.set(row * RowField.SIZE + RowField.SLOT, slots[row]);
      for (int pair = 0; pair < rotated / 2; pair++) {
        double angle = random.nextDouble(7);
        angles.set(row * rotated + pair, (float) Math.cos(angle));
        angles.set(row * rotated + rotated / 2 + pair, (float) Math.sin(angle));
      }
    }
    new Run()
        .in(step, inputs, projected, angles, norms, keys, values)
        .task("keys", groups(keys), Copies.ITEMS, g -> clear(g, "keys", keys))
        .task("values", groups(values), Copies.ITEMS, g -> clear(g, "values", values))
        .task(
            "store",
            rows * all,
            RotaryPages.ITEMS,
            graph ->
                graph.task(
                    "store",
                    RotaryPages::store,
                    context,
                    step,
                    inputs,
                    projected,
                    angles,
                    norms,
                    keys,
                    values,
                    traces,
                    heads,
                    kvHeads,
                    headSize,
                    pages,
                    rotated,
                    adjacent,
                    normed,
                    EPSILON))
        .out(projected, keys, values, traces);
    double written = 0;
    for (int row = 0; row < rows; row++) {
      for (int head = 0; head < all; head++) {
        double[] x = new double[headSize];
        for (int e = 0; e < headSize; e++) {
          x[e] = before[(row * all + head) * headSize + e];
        }
        boolean isValue = head >= heads + kvHeads;
        if (!isValue) {
          int norm = 2 * layer + (head >= heads ? 1 : 0);
          x = rotated(x, norms, normed == 1 ? norm : -1, angles, row, rotated, adjacent == 1);
        }
        int kvHead = isValue ? head - heads - kvHeads : head - heads;
        for (int e = 0; e < headSize; e++) {
          float found;
          if (head < heads) {
            found = projected.get((row * all + head) * headSize + e);
          } else if (isValue) {
            found =
                values.get(
                    KeyValueLayout.value(layer, pages, slots[row], kvHead, kvHeads, headSize) + e);
          } else {
            found =
                keys.get(
                    KeyValueLayout.key(layer, pages, slots[row], kvHead, kvHeads, headSize)
                        + e * KeyValueLayout.PAGE);
          }
          written += head >= heads ? Math.abs(found) : 0;
          assertThat((double) found)
              .as("row %d, head %d, element %d", row, head, e)
              .isCloseTo(x[e], within(2e-5 * (1 + Math.abs(x[e]))));
        }
      }
    }
    double stored = 0;
    for (int i = 0; i < keys.getSize(); i++) {
      stored += Math.abs(keys.get(i)) + Math.abs(values.get(i));
    }
    assertThat(stored).as("nothing else was written").isCloseTo(written, within(1e-6 * written));
    for (float trace : traces.toHeapArray()) {
      assertThat(trace).isBetween(0f, 0.5f);
    }
  }

  private static int groups(FloatArray array) {
    return Launch.groups(array.getSize(), Copies.ITEMS);
  }

  private void clear(uk.ac.manchester.tornado.api.TaskGraph graph, String task, FloatArray array) {
    graph.task(task, Copies::clear, context, array, array.getSize());
  }

  private static double[] rotated(
      double[] head,
      FloatArray norms,
      int norm,
      FloatArray angles,
      int row,
      int rotated,
      boolean adjacent) {
    double[] x = head.clone();
    if (norm >= 0) {
      double mean = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
      for (int e = 0; e < x.length; e++) {
        x[e] = x[e] / Math.sqrt(mean + EPSILON) * norms.get(norm * x.length + e);
      }
    }
    double[] y = x.clone();
    int pairs = rotated / 2;
    for (int pair = 0; pair < pairs; pair++) {
      int first = adjacent ? 2 * pair : pair;
      int second = adjacent ? first + 1 : pair + pairs;
      double cosine = angles.get(row * rotated + pair);
      double sine = angles.get(row * rotated + pairs + pair);
      y[first] = x[first] * cosine - x[second] * sine;
      y[second] = x[first] * sine + x[second] * cosine;
    }
    return y;
  }

  @Test
  void slotsAreMovedInOrderInEveryLayer() {
    int layers = 3;
    int kvHeads = 2;
    int headSize = 5;
    int pages = 3;
    int[] moves = {40, 3, 3, 4, 17, 40, 9, 9, 4, 31};
    FloatArray keys =
        Launch.random(layers * pages * KeyValueLayout.PAGE * kvHeads * headSize, random);
    FloatArray values = Launch.random(keys.getSize(), random);
    float[] expectedKeys = keys.toHeapArray();
    float[] expectedValues = values.toHeapArray();
    for (int i = 0; i < moves.length; i += 2) {
      for (int layer = 0; layer < layers; layer++) {
        for (int head = 0; head < kvHeads; head++) {
          for (int e = 0; e < headSize; e++) {
            int offset = e * KeyValueLayout.PAGE;
            expectedKeys[
                    KeyValueLayout.key(layer, pages, moves[i + 1], head, kvHeads, headSize)
                        + offset] =
                expectedKeys[
                    KeyValueLayout.key(layer, pages, moves[i], head, kvHeads, headSize) + offset];
            expectedValues[
                    KeyValueLayout.value(layer, pages, moves[i + 1], head, kvHeads, headSize) + e] =
                expectedValues[
                    KeyValueLayout.value(layer, pages, moves[i], head, kvHeads, headSize) + e];
          }
        }
      }
    }
    IntArray step = Launch.step(1);
    step.set(Step.MOVES, moves.length / 2);
    IntArray pairs = IntArray.fromArray(moves);
    new Run()
        .in(step, pairs, keys, values)
        .task(
            "move",
            Launch.groups(layers * kvHeads * headSize, Compaction.ITEMS),
            Compaction.ITEMS,
            graph ->
                graph.task(
                    "move",
                    Compaction::move,
                    context,
                    step,
                    pairs,
                    keys,
                    values,
                    layers,
                    kvHeads,
                    pages,
                    headSize))
        .out(keys, values);
    assertThat(keys.toHeapArray()).isEqualTo(expectedKeys);
    assertThat(values.toHeapArray()).isEqualTo(expectedValues);
  }

  /** Rows as floats and as int8 blocks. */
  private static final class Rows {
    final int rows;
    final int columns;
    final int blocks;
    final FloatArray values;
    final FloatArray quants;
    final FloatArray scales;
    final FloatArray sums;

    Rows(int rows, int columns) {
      this.rows = rows;
      this.columns = columns;
      blocks = (columns + 31) / 32;
      values = Launch.floats(rows * blocks * 32);
      quants = Launch.floats(rows * blocks * 32);
      scales = Launch.floats(rows * blocks);
      sums = Launch.floats(rows * blocks);
    }

    float at(int row, int column) {
      return values.get(row * blocks * 32 + column);
    }

    void assertQuantised() {
      for (int block = 0; block < rows * blocks; block++) {
        float largest = 0;
        double sum = 0;
        for (int k = 0; k < 32; k++) {
          float value = values.get(block * 32 + k);
          if (block % blocks * 32 + k >= columns) {
            assertThat(value).isZero();
          }
          largest = Math.max(largest, Math.abs(value));
          float quant = quants.get(block * 32 + k);
          assertThat(quant).isEqualTo((float) Math.rint(quant)).isBetween(-127f, 127f);
          sum += quant;
          assertThat((double) quant * scales.get(block))
              .isCloseTo(value, within(0.5001 * scales.get(block) + 1e-30));
        }
        assertThat(scales.get(block)).isCloseTo(largest / 127, within(1e-6f * largest));
        assertThat((double) sums.get(block))
            .isCloseTo(scales.get(block) * sum, within(1e-4 * largest));
      }
    }
  }
}
