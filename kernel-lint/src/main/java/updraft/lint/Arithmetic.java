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
    Value.Sign both = Value.lesser(a.sign(), b.sign());
    Value.Sign sign =
        switch (opcode) {
          case IADD, IOR, IXOR, LADD, LOR, LXOR -> both;
          case IMUL, LMUL -> small(x) && small(y) ? both : Value.Sign.ANY;
          case IAND, LAND -> Value.greater(a.sign(), b.sign());
          case IDIV, LDIV -> both;
          case IREM, ISHR, LREM, LSHR -> a.sign();
          case IUSHR -> y != null && (y & 31) > 0 ? Value.Sign.NON_NEGATIVE : a.sign();
          case ISHL -> x != null || (y != null && y <= SMALL_SHIFT) ? a.sign() : Value.Sign.ANY;
          default -> Value.Sign.ANY;
        };
    if (opcode == Opcode.ISUB && y != null && y >= 0 && y <= a.atLeast()) {
      return a.with(b, a.sign()).withAtLeast(a.atLeast() - y); // (x + 32 - 1) / 32
    }
    Value result = a.with(b, sign);
    if (opcode == Opcode.IADD && sign != Value.Sign.ANY) {
      return result.withAtLeast(saturated(a.atLeast(), b.atLeast()));
    }
    Integer factor = x != null ? x : y;
    if (opcode == Opcode.IMUL && factor != null) {
      return result.multipleOf(Math.abs(factor));
    }
    return result;
  }

  private static int saturated(int a, int b) {
    return (int) Math.min(Integer.MAX_VALUE, (long) a + b);
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
