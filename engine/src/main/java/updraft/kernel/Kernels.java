package updraft.kernel;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kernels of one vector width; every width gives the same bits.
 *
 * @param lanes rows a group of packed matrices
 * @param name for people, e.g. {@code Vector API, 512 bits}
 */
public record Kernels(int lanes, String name, MatMul matMul, RowMath rowMath) {
  private static final int[] WIDTHS = {512, 256, 128};

  /** By width, those that have been asked for: C2 compiles each but once in a JVM. */
  private static final Map<Integer, Kernels> DEFINED = new ConcurrentHashMap<>();

  /**
   * The kernels for a vector width.
   *
   * @param bits 0 for scalar code, -1 for the machine's preferred width, or 128, 256, 512
   * @throws IllegalArgumentException if the machine or the JVM cannot run them; says what to do
   */
  public static Kernels of(int bits) {
    if (bits == 0) {
      return new Kernels(8, "scalar", new ScalarMatMul(), new ScalarRowMath());
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      throw new IllegalArgumentException(
          "the Vector API must be enabled: start the JVM with --add-modules jdk.incubator.vector,"
              + " or choose scalar lanes, which are many times slower");
    }
    int widest = VectorWidths.preferredBits();
    int chosen = bits == -1 ? Math.min(512, widest) : bits;
    if (chosen > widest || !isWidth(chosen)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "lanes must be scalar, auto, or 128, 256 or 512 bits and at most what this machine"
                  + " has: bits=%d, machine=%d",
              chosen,
              widest));
    }
    return DEFINED.computeIfAbsent(chosen, Kernels::define);
  }

  private static Kernels define(int bits) {
    return new Kernels(
        bits / 32,
        "Vector API, " + bits + " bits",
        new MatMulByKind(bits),
        VectorWidths.at(bits, VectorRowMath.class, RowMath.class));
  }

  private static boolean isWidth(int bits) {
    for (int width : WIDTHS) {
      if (width == bits) {
        return true;
      }
    }
    return false;
  }
}
