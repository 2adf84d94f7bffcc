package updraft.bench.kernel;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import updraft.kernel.AttentionTile;
import updraft.kernel.Kernels;
import updraft.kernel.PageMath;
import updraft.kernel.RowMath;

/**
 * Attention of some rows and the three query heads of a key-value head, 64 wide, over a context in
 * 16-bit pages, on one core: scores, weights, sums of values. Native kernels alone work by tiles.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class AttentionBenchmark {
  static final int HEAD = 64;
  static final int GROUP = 3;

  @Param({"1", "4", "16"})
  int rows;

  @Param({"256", "1024"})
  int context;

  private PageMath math = AttentionBenchmark.pageMath();
  private AttentionTile tile = new AttentionTile(0, 0, 0, 0);
  private float[] queries = {};
  private float[] out = {};
  private short[] keys = {};
  private short[] values = {};
  private int pages;

  private static PageMath pageMath() {
    PageMath math = Kernels.natively().pageMath();
    if (math == null) {
      throw new IllegalStateException("native kernels must attend by tiles");
    }
    return math;
  }

  @Setup
  public void setUp() {
    SplittableRandom random = new SplittableRandom(1);
    pages = context / RowMath.LANES;
    queries = new float[rows * GROUP * HEAD];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = (float) random.nextDouble(-2, 2);
    }
    out = new float[queries.length];
    keys = halves(random);
    values = halves(random);
    tile = new AttentionTile(rows, GROUP, HEAD, 0.125f);
    tile.makeRoom(context);
    tile.begin(rows);
    for (int row = 0; row < rows; row++) {
      tile.span(row, 0, context - rows + row + 1);
    }
    for (int page = 0; page < pages; page++) {
      tile.base(page, page * RowMath.LANES * HEAD);
    }
  }

  private short[] halves(SplittableRandom random) {
    short[] halves = new short[context * HEAD];
    for (int i = 0; i < halves.length; i++) {
      halves[i] = Float.floatToFloat16((float) random.nextDouble(-1, 1));
    }
    return halves;
  }

  @Benchmark
  public float[] attend() {
    math.scorePages(tile, queries, 0, GROUP * HEAD, keys, 0, pages);
    math.normalize(tile);
    math.weighPages(tile, values, 0, pages, out, 0, GROUP * HEAD);
    return out;
  }
}
