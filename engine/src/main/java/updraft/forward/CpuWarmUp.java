package updraft.forward;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.Set;
import updraft.kernel.Activations;
import updraft.kernel.Kernels;
import updraft.kernel.RowMath;
import updraft.model.ModelConfig;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;

/**
 * Runs the kernels on tiny data until C2 has compiled them: until then the Vector API is about a
 * thousand times slower. Looks whether they have become fast, and says so when one has not.
 */
final class CpuWarmUp {
  private static final Logger LOG = System.getLogger(CpuWarmUp.class.getName());

  /** Rows that need every tile: four, two and one. */
  private static final int ROWS = 7;

  private static final int BLOCKS = 4;
  private static final int GROUPS = 3;

  /** Calls in a burst, and most bursts; C2 is asked for after some thousand calls. */
  private static final int BURST = 250;

  /** A warm-up ends here, warm or not: a busy machine compiles late, and serving warms as well. */
  private static final long MOST_NANOS = 700_000_000;

  private static final int LEAST_BURSTS = 12;

  /**
   * Multiply-adds a nanosecond below which a product is not compiled: a hundredth of what it does.
   */
  private static final double SLOW = 0.2;

  private final Kernels kernels;
  private final ModelConfig config;
  private final Set<PackedMatrix> shapes = new LinkedHashSet<>();

  CpuWarmUp(Kernels kernels, ModelConfig config, CpuWeights weights) {
    this.kernels = kernels;
    this.config = config;
    Set<Kind> seen = EnumSet.noneOf(Kind.class);
    addShape(weights.output(), seen);
    addShape(weights.embedding(), seen);
    for (CpuWeights.Layer layer : weights.layers()) {
      layer.queryKeyValue().forEach(matrix -> addShape(matrix, seen));
      addShape(layer.attentionOutput(), seen);
      addShape(layer.gate(), seen);
      addShape(layer.up(), seen);
      addShape(layer.down(), seen);
    }
  }

  /** One tiny matrix for each kind. */
  private void addShape(PackedMatrix matrix, Set<Kind> seen) {
    if (seen.add(matrix.kind())) {
      int lanes = kernels.lanes();
      shapes.add(
          PackedMatrix.zeros(matrix.kind(), GROUPS * lanes, BLOCKS * PackedMatrix.BLOCK, lanes));
    }
  }

  void run() {
    for (PackedMatrix shape : shapes) {
      warmProduct(shape);
    }
    warmRowMath();
  }

  private void warmProduct(PackedMatrix shape) {
    Activations x = new Activations(ROWS, shape.columns());
    float[] y = new float[ROWS * shape.rows()];
    double perNano = 0;
    long begin = System.nanoTime();
    for (int burst = 0;
        (burst < LEAST_BURSTS || perNano < SLOW) && System.nanoTime() - begin < MOST_NANOS;
        burst++) {
      long start = System.nanoTime();
      for (int i = 0; i < BURST; i++) {
        kernels.matMul().multiply(shape, 0, GROUPS, x, ROWS, y, 0, shape.rows());
      }
      double macs = (double) BURST * ROWS * shape.rows() * shape.columns();
      perNano = macs / (System.nanoTime() - start);
    }
    if (perNano < SLOW && !kernels.name().equals("scalar")) {
      LOG.log(
          Level.INFO,
          "a kernel is still slow after its warm-up, decoding may be too: kind={0}, multiply-adds per ns={1}",
          shape.kind(),
          perNano);
    }
  }

  private void warmRowMath() {
    RowMath math = kernels.rowMath();
    int headSize = config.headSize();
    int n = 2 * RowMath.LANES * Math.max(headSize, 32);
    float[] a = new float[n];
    float[] b = new float[n];
    Activations x = new Activations(1, 64);
    long begin = System.nanoTime();
    for (int i = 0; i < BURST * 16 && System.nanoTime() - begin < MOST_NANOS; i++) {
      math.quantize(x, 0, 0, 2);
      math.rmsNorm(a, 0, b, 64, 1e-5f, b, 64);
      math.add(a, 0, b, 0, 64);
      math.scale(a, 0, 64, 1);
      math.swiglu(a, 0, b, 0, 64, b, 64);
      math.scores(a, 0, b, headSize, 1, b, n - RowMath.LANES);
      math.exponentials(a, 24);
      math.weigh(a, 0, 4, a, headSize, b, 0);
      math.finite(a, 0, 64);
    }
  }
}
