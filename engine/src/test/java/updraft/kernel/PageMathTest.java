package updraft.kernel;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Attention of a tile at once gives the bits of scalar code, row by row and page by page. */
class PageMathTest {
  private static final int PAGE = RowMath.LANES;
  private static final RowMath SCALAR = Kernels.of(0).rowMath();

  private final SplittableRandom random = new SplittableRandom(11);

  static Stream<Kernels> kernels() {
    return NativeLibrary.sets().stream().map(Kernels::natively);
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void attendsAsScalarCodeDoes(Kernels kernels) {
    for (int headSize : new int[] {16, 32, 48, 64, 80, 96, 128, 256}) {
      for (int group : new int[] {1, 2, 3, 4, 7}) {
        for (int rows : new int[] {1, 2, 3, 5, 16}) {
          int context = random.nextInt(rows, 90);
          int window = random.nextBoolean() ? 0 : random.nextInt(context - rows + 1);
          new Case(kernels, headSize, group, rows, context, window).check();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void numbersThatAreNoneAreSoInAllOfTheRowAndInNoOther(Kernels kernels) {
    Case bad = new Case(kernels, 32, 3, 4, 40, 0);
    bad.queries[2 * bad.stride] = Float.NaN;
    bad.check();
    assertThat(bad.found[2 * bad.stride]).isNaN();
    assertThat(bad.found[bad.stride]).isFinite();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void arraysThatAreTooShortAreRefused(Kernels kernels) {
    PageMath math = requireNonNull(kernels.pageMath());
    Case good = new Case(kernels, 32, 1, 1, 20, 0);
    good.check();
    AttentionTile tile = good.tile;
    tile.base(1, good.keys.length - 1);
    assertThatThrownBy(() -> math.scorePages(tile, good.queries, 0, 32, good.keys, 0, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> math.scorePages(tile, good.queries, 40, 32, good.keys, 0, 1))
        .isInstanceOf(IndexOutOfBoundsException.class);
    tile.span(0, 0, 100_000);
    assertThatThrownBy(() -> math.normalize(tile)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void headsThatAreNoMultipleOf16AreLeftToRows() {
    kernels()
        .forEach(
            kernels -> {
              PageMath math = requireNonNull(kernels.pageMath());
              assertThat(math.takes(64)).isTrue();
              assertThat(math.takes(20)).isFalse();
              assertThat(math.takes(272)).isFalse();
            });
  }

  /** Rows at the last positions of a context whose pages lie in no order. */
  private final class Case {
    final Kernels kernels;
    final int headSize;
    final int group;
    final int rows;
    final int context;
    final int window;
    final int pages;
    final int stride;
    final float[] queries;
    final short[] keys;
    final short[] values;
    final AttentionTile tile;
    final float[] found;

    Case(Kernels kernels, int headSize, int group, int rows, int context, int window) {
      this.kernels = kernels;
      this.headSize = headSize;
      this.group = group;
      this.rows = rows;
      this.context = context;
      this.window = window;
      pages = (context + PAGE - 1) / PAGE;
      stride = group * headSize + 5;
      queries = new float[rows * stride];
      for (int i = 0; i < queries.length; i++) {
        queries[i] = (float) random.nextDouble(-2, 2);
      }
      keys = halves((pages + 1) * PAGE * headSize);
      values = halves((pages + 1) * PAGE * headSize);
      tile = new AttentionTile(rows, group, headSize, 0.125f);
      found = new float[queries.length];
    }

    private short[] halves(int n) {
      short[] x = new short[n];
      for (int i = 0; i < n; i++) {
        x[i] = Float.floatToFloat16((float) random.nextDouble(-1, 1));
      }
      return x;
    }

    /** Pages in the order of the array, backwards. */
    private int base(int page) {
      return (pages - page) * PAGE * headSize;
    }

    private int first(int row) {
      return window == 0 ? 0 : Math.min(window + row, end(row) - 1);
    }

    private int end(int row) {
      return context - rows + row + 1;
    }

    void check() {
      PageMath math = requireNonNull(kernels.pageMath());
      tile.makeRoom(pages * PAGE);
      tile.begin(rows);
      for (int row = 0; row < rows; row++) {
        tile.span(row, first(row), end(row));
      }
      for (int page = 0; page < pages; page++) {
        tile.base(page, base(page));
      }
      int some = pages / 2;
      math.scorePages(tile, queries, 0, stride, keys, 0, some);
      math.scorePages(tile, queries, 0, stride, keys, some, pages);
      math.normalize(tile);
      math.weighPages(tile, values, 0, some, found, 0, stride);
      math.weighPages(tile, values, some, pages, found, 0, stride);
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < group; i++) {
          int at = row * stride + i * headSize;
          float[] expected = expected(row, at);
          for (int d = 0; d < headSize; d++) {
            assertThat(Float.floatToIntBits(found[at + d]))
                .as("head size %d, row %d of %d, head %d of %d", headSize, row, rows, i, group)
                .isEqualTo(Float.floatToIntBits(expected[d]));
          }
        }
      }
    }

    private float[] expected(int row, int at) {
      float[] scores = new float[pages * PAGE];
      float[] floats = new float[PAGE * headSize];
      for (int page = 0; page < pages; page++) {
        widen(keys, page, floats);
        SCALAR.scores(queries, at, floats, headSize, 0.125f, scores, page * PAGE);
      }
      Arrays.fill(scores, 0, first(row), -1e30f);
      float sum = SCALAR.exponentials(scores, 0, end(row));
      SCALAR.scale(scores, 0, end(row), 1 / sum);
      float[] out = new float[headSize];
      for (int page = first(row) / PAGE; page * PAGE < end(row); page++) {
        widen(values, page, floats);
        int count = Math.min(PAGE, end(row) - page * PAGE);
        SCALAR.weigh(scores, page * PAGE, count, floats, headSize, out, 0);
      }
      return out;
    }

    private void widen(short[] from, int page, float[] to) {
      IntStream.range(0, to.length)
          .forEach(i -> to[i] = Float.float16ToFloat(from[base(page) + i]));
    }
  }
}
