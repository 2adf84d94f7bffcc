package updraft.kernel;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import updraft.model.Repacker;

/**
 * The kernels of one vector width, on the Vector API, in C or scalar; all give the same bits.
 *
 * @param lanes rows a group of packed matrices
 * @param name for people, e.g. {@code Vector API, 512 bits}
 * @param pageMath attention a tile at once, or null where {@code rowMath} does it page by page
 * @param repacker brings weights into the layout that the kernels read
 * @param warms whether they are slow until C2 has compiled them
 */
public record Kernels(
    int lanes,
    String name,
    MatMul matMul,
    RowMath rowMath,
    @Nullable PageMath pageMath,
    Repacker repacker,
    boolean warms) {
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
      return new Kernels(
          8, "scalar", new ScalarMatMul(), new ScalarRowMath(), null, new Repacker(8), false);
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
        VectorWidths.at(bits, VectorRowMath.class, RowMath.class),
        null,
        new Repacker(bits / 32),
        true);
  }

  /** Why there are no native kernels on this machine, in one sentence, or null. */
  public static @Nullable String nativeProblem() {
    return NativeLibrary.problem();
  }

  /**
   * The kernels in C for the best instruction set that this machine has.
   *
   * @throws IllegalArgumentException if there are none; says why
   */
  public static Kernels natively() {
    String problem = nativeProblem();
    if (problem != null) {
      throw new IllegalArgumentException(
          "native kernels must be there when they are asked for: "
              + problem
              + "; choose --kernels vector");
    }
    return natively(NativeLibrary.sets().getFirst());
  }

  static Kernels natively(InstructionSet set) {
    return new Kernels(
        set.lanes,
        "native, " + set.title,
        new NativeMatMul(set),
        new NativeRowMath(set),
        new NativePageMath(set),
        new Repacker(set.lanes, new NativeRowPacker()),
        false);
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
