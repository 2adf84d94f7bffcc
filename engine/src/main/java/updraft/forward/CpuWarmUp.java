package updraft.forward;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import updraft.kernel.Activations;
import updraft.kernel.Kernels;
import updraft.kernel.RowMath;
import updraft.model.GgufTensor;
import updraft.model.ModelConfig;
import updraft.model.ModelWeights;
import updraft.model.PackedMatrix;
import updraft.model.PackedMatrix.Kind;
import updraft.model.Repacker;

/**
 * Runs the kernels on tiny data until C2 has compiled them: until then the Vector API is about a
 * thousand times slower. Looks whether they have become fast, and says so when one has not.
 *
 * <p>{@code jvm.args} has C2 compile matrix kernels after a tenth of the usual calls, and their
 * caller wait for it. Measured on two cores of an EPYC 9004-class machine that had other work (load
 * 5 to 7), JDK 25.0.3, SmolLM2-135M, medians of five runs taken in turns: the first forward, of 33
 * rows, 1.2 s in place of 5.6 s, and 6.5 s in place of 11.3 s from opening the file to the end of
 * the twelfth forward; the warm-up itself 4.0 and 3.8 s. A twentieth was not told apart from a
 * tenth. A fiftieth is too early: the kernel compiled first stayed slow for good (1.5 GMAC/s in
 * place of 34) in two JVMs of seven, with a twentieth, a tenth and without the option in none.
 */
final class CpuWarmUp {
  private static final Logger LOG = System.getLogger(CpuWarmUp.class.getName());

  private static final int BLOCKS = 1;
  private static final int GROUPS = 2;

  /** Calls between two looks at the clock. */
  private static final int BURST = 10;

  /** A warm-up ends here, warm or not: a busy machine compiles late, and serving warms as well. */
  private static final long MOST_NANOS = 700_000_000;

  private static final int LEAST_BURSTS = 12;

  /**
   * Multiply-adds a nanosecond below which a product is not compiled: a hundredth of what it does.
   */
  private static final double SLOW = 0.2;

  private final Kernels kernels;
  private final ModelConfig config;

  CpuWarmUp(Kernels kernels, ModelConfig config) {
    this.kernels = kernels;
    this.config = config;
  }

  /**
   * Warms in the background; done when a first forward is fast, goes on with the rest.
   *
   * @param layers kinds of matrices in layers
   */
  static CompletableFuture<Void> start(
      Kernels kernels, ModelConfig config, Set<Kind> layers, Kind output) {
    CpuWarmUp warmUp = new CpuWarmUp(kernels, config);
    CompletableFuture<Void> done = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .name("updraft-warm-up")
        .start(
            () -> {
              try {
                warmUp.runFirst(layers, output);
                done.complete(null);
                warmUp.runRest(layers, output);
              } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
              }
            });
    return done;
  }

  /** The kinds of all matrices of layers. */
  static Set<Kind> kinds(ModelWeights weights) {
    Set<Kind> kinds = new LinkedHashSet<>();
    for (ModelWeights.Layer layer : weights.layers()) {
      for (GgufTensor matrix : layer.matrices()) {
        kinds.add(Repacker.kind(matrix.type()));
      }
    }
    return kinds;
  }

  /** Warms what a short prompt needs: chains of rows in the layers, one row of the output. */
  void runFirst(Set<Kind> layers, Kind output) {
    for (Kind kind : layers) {
      warmProduct(kind, 1, 4);
    }
    if (!layers.contains(output)) {
      warmProduct(output, 1);
    }
    warmRowMath();
  }

  /** Warms what verification needs on top. */
  void runRest(Set<Kind> layers, Kind output) {
    for (Kind kind : layers) {
      warmProduct(kind, 2);
    }
    if (!layers.contains(output)) {
      warmProduct(output, 2, 4);
    }
  }

  private void warmProduct(Kind kind, int... rowCounts) {
    int lanes = kernels.lanes();
    PackedMatrix shape =
        PackedMatrix.zeros(kind, GROUPS * lanes, BLOCKS * PackedMatrix.BLOCK, lanes);
    for (int rows : rowCounts) {
      double perNano = warmTile(shape, rows);
      if (perNano < SLOW && !kernels.name().equals("scalar")) {
        LOG.log(
            Level.INFO,
            "a kernel is still slow after its warm-up, decoding may be too: kind={0}, rows={1},"
                + " multiply-adds per ns={2}",
            shape.kind(),
            rows,
            perNano);
      }
    }
  }

  private double warmTile(PackedMatrix shape, int rows) {
    Activations x = new Activations(rows, shape.columns());
    float[] y = new float[rows * shape.rows()];
    double perNano = 0;
    long begin = System.nanoTime();
    for (int burst = 0;
        (burst < LEAST_BURSTS || perNano < SLOW) && System.nanoTime() - begin < MOST_NANOS;
        burst++) {
      long start = System.nanoTime();
      for (int i = 0; i < BURST; i++) {
        kernels.matMul().multiply(shape, 0, GROUPS, x, rows, y, 0, shape.rows());
      }
      double macs = (double) BURST * rows * shape.rows() * shape.columns();
      perNano = macs / (System.nanoTime() - start);
    }
    return perNano;
  }

  private void warmRowMath() {
    RowMath math = kernels.rowMath();
    int headSize = config.headSize();
    int n = 2 * RowMath.LANES * Math.max(headSize, 32);
    float[] a = new float[n];
    float[] b = new float[n];
    Activations x = new Activations(1, 64);
    long begin = System.nanoTime();
    for (int i = 0; i < BURST * 400 && System.nanoTime() - begin < MOST_NANOS; i++) {
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
