package updraft.lint;

import java.lang.classfile.Opcode;
import org.jspecify.annotations.Nullable;

/**
 * Signs of int results. Sums and products of sizes and indices count as non-negative; products with
 * large constants and far left shifts do not, for they are meant to overflow.
 */
final class Arithmetic {

  private static final int SMALL_FACTOR = 1 << 16;
  private static final int SMALL_SHIFT = 8;

  private Arithmetic() {}

  static Value result(Opcode opcode, Value a, Value b) {
    Integer x = a.constant();
    Integer y = b.constant();
    if (x != null && y != null) {
      Integer folded = fold(opcode, x, y);
      if (folded != null) {
        return Value.constant(folded);
      }
    }
    boolean both = a.nonNegative() && b.nonNegative();
    boolean nonNegative =
        switch (opcode) {
          case IADD, IOR, IXOR, LADD, LOR, LXOR -> both;
          case IMUL, LMUL -> both && small(x) && small(y);
          case IAND, LAND -> a.nonNegative() || b.nonNegative();
          case IDIV, LDIV -> both;
          case IREM, ISHR, LREM, LSHR -> a.nonNegative();
          case IUSHR -> a.nonNegative() || (y != null && (y & 31) > 0);
          case ISHL -> a.nonNegative() && (x != null || (y != null && y <= SMALL_SHIFT));
          default -> false;
        };
    return a.with(b, nonNegative);
  }

  private static boolean small(@Nullable Integer factor) {
    return factor == null || factor < SMALL_FACTOR;
  }

  private static @Nullable Integer fold(Opcode opcode, int x, int y) {
    return switch (opcode) {
      case IADD -> x + y;
      case ISUB -> x - y;
      case IMUL, LMUL -> x * y;
      case IDIV, LDIV -> y == 0 ? null : Integer.valueOf(x / y);
      case IREM -> y == 0 ? null : Integer.valueOf(x % y);
      case IAND, LAND -> x & y;
      case IOR -> x | y;
      case IXOR -> x ^ y;
      case ISHL -> x << y;
      case ISHR -> x >> y;
      case IUSHR -> x >>> y;
      default -> null;
    };
  }
}
