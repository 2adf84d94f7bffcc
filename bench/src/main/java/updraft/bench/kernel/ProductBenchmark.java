package updraft.bench.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
import updraft.kernel.Activations;
import updraft.kernel.Kernels;
import updraft.kernel.MatMul;
import updraft.model.GgufTensor;
import updraft.model.PackedMatrix;
import updraft.model.QuantType;

/**
 * Products of a matrix of 1536 × 576 weights, the feed-forward network's of SmolLM2-135M, and some
 * rows, on one core: one matrix again and again, or one after the other of {@value #MATRICES},
 * which no cache but the largest holds.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ProductBenchmark {
  static final int OUTPUTS = 1536;
  static final int COLUMNS = 576;

  /** 70 MB of 4-bit weights. */
  private static final int MATRICES = 128;

  /** A scale of a thousandth, as a 16-bit float. */
  private static final short SCALE = 0x1400;

  @Param({"native", "vector"})
  String kernels = "";

  @Param({"Q4_1", "Q8_0"})
  QuantType type = QuantType.Q8_0;

  @Param({"1", "2", "4", "8", "16"})
  int rows;

  @Param({"cache", "memory"})
  String weights = "";

  private MatMul matMul = Kernels.of(0).matMul();
  private PackedMatrix[] matrices = {};
  private Activations x = new Activations(0, 0);
  private float[] y = {};
  private int next;

  @Setup
  public void setUp() {
    Kernels chosen = KernelChoice.of(kernels);
    SplittableRandom random = new SplittableRandom(1);
    matMul = chosen.matMul();
    matrices = new PackedMatrix[weights.equals("cache") ? 1 : MATRICES];
    for (int i = 0; i < matrices.length; i++) {
      matrices[i] = chosen.repacker().pack(matrix(random));
    }
    x = new Activations(rows, COLUMNS);
    for (int i = 0; i < x.values().length; i++) {
      x.values()[i] = (float) random.nextDouble(-2, 2);
    }
    for (int row = 0; row < rows; row++) {
      chosen.rowMath().quantize(x, row, 0, COLUMNS / PackedMatrix.BLOCK);
    }
    y = new float[rows * OUTPUTS];
  }

  /** Blocks of random integers, all with one scale, and in Q4_1 one minimum. */
  private GgufTensor matrix(SplittableRandom random) {
    byte[] bytes = new byte[Math.toIntExact(OUTPUTS * type.bytes(COLUMNS))];
    random.nextBytes(bytes);
    MemorySegment data = MemorySegment.ofArray(bytes);
    int block = Math.toIntExact(type.bytes(PackedMatrix.BLOCK));
    for (int at = 0; at < bytes.length; at += block) {
      data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, SCALE);
      if (type == QuantType.Q4_1) {
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at + 2, SCALE);
      }
    }
    return new GgufTensor("weights", type, OUTPUTS, COLUMNS, data);
  }

  @Benchmark
  public float[] product() {
    PackedMatrix w = matrices[next];
    next = next + 1 == matrices.length ? 0 : next + 1;
    matMul.multiply(w, 0, w.groups(), x, rows, y, 0, OUTPUTS);
    return y;
  }
}
