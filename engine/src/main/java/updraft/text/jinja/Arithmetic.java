package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import updraft.text.jinja.Expr.Operator;

/** Python's arithmetic, with integers of 64 bits. */
final class Arithmetic {
  private Arithmetic() {}

  static Object apply(Object left, Operator operator, Object right, Rendering rendering) {
    try {
      return switch (operator) {
        case ADD -> add(left, right, rendering);
        case MULTIPLY -> multiply(left, right, rendering);
        case MODULO ->
            left instanceof String format
                ? PercentFormat.format(format, right, rendering)
                : numeric(left, operator, right);
        default -> numeric(left, operator, right);
      };
    } catch (ArithmeticException e) {
      throw new Fault("an integer must fit in 64 bits");
    }
  }

  static Object negate(Object value) {
    return switch (value) {
      case Double number -> -number;
      case Long number -> negateExact(number);
      case Boolean flag -> flag ? -1L : 0L;
      case Undefined undefined -> throw undefined.fault();
      default -> throw new Fault("'-' cannot be applied to '" + Values.typeName(value) + "'");
    };
  }

  static Object plus(Object value) {
    return switch (value) {
      case Double number -> number;
      case Long number -> number;
      case Boolean flag -> flag ? 1L : 0L;
      case Undefined undefined -> throw undefined.fault();
      default -> throw new Fault("'+' cannot be applied to '" + Values.typeName(value) + "'");
    };
  }

  private static long negateExact(long number) {
    if (number == Long.MIN_VALUE) {
      throw new Fault("an integer must fit in 64 bits");
    }
    return -number;
  }

  private static Object add(Object left, Object right, Rendering rendering) {
    if (left instanceof String a && right instanceof String b) {
      rendering.budget().spend((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof List<?> a
        && right instanceof List<?> b
        && a instanceof Tuple == b instanceof Tuple) {
      rendering.budget().spendElements((long) a.size() + b.size());
      List<Object> both = new ArrayList<>(a.size() + b.size());
      both.addAll(a);
      both.addAll(b);
      return a instanceof Tuple ? new Tuple(both) : both;
    }
    return numeric(left, Operator.ADD, right);
  }

  private static Object multiply(Object left, Object right, Rendering rendering) {
    if (repeatable(left) && isWhole(right)) {
      return repeat(left, toLong(right), rendering);
    }
    if (repeatable(right) && isWhole(left)) {
      return repeat(right, toLong(left), rendering);
    }
    return numeric(left, Operator.MULTIPLY, right);
  }

  private static boolean isWhole(Object value) {
    return value instanceof Long || value instanceof Boolean;
  }

  private static boolean repeatable(Object value) {
    return value instanceof String || value instanceof List<?>;
  }

  private static Object repeat(Object value, long count, Rendering rendering) {
    long times = Math.clamp(count, 0, Budget.MAX_WORK);
    if (value instanceof String text) {
      rendering.budget().spend(text.length() * times);
      return text.repeat(text.isEmpty() ? 0 : (int) times);
    }
    List<?> list = (List<?>) value;
    rendering.budget().spendElements(list.size() * times);
    List<Object> all = new ArrayList<>();
    for (long i = 0; !list.isEmpty() && i < times; i++) {
      all.addAll(list);
    }
    return list instanceof Tuple ? new Tuple(all) : all;
  }

  private static Object numeric(Object left, Operator operator, Object right) {
    boolean real = left instanceof Double || right instanceof Double;
    if (!Values.isNumber(left) || !Values.isNumber(right)) {
      throw unsupported(operator.symbol, left, right);
    }
    return real || operator == Operator.DIVIDE
        ? real(toDouble(left), operator, toDouble(right))
        : whole(toLong(left), operator, toLong(right));
  }

  private static Object real(double a, Operator operator, double b) {
    return switch (operator) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> a / nonZero(b);
      case FLOOR_DIVIDE -> Math.floor(a / nonZero(b));
      case MODULO -> modulo(a, nonZero(b));
      case POWER -> Math.pow(a, b);
    };
  }

  private static Object whole(long a, Operator operator, long b) {
    return switch (operator) {
      case ADD -> Math.addExact(a, b);
      case SUBTRACT -> Math.subtractExact(a, b);
      case MULTIPLY -> Math.multiplyExact(a, b);
      case DIVIDE -> throw new IllegalStateException("division is real");
      case FLOOR_DIVIDE -> Math.floorDivExact(a, nonZero(b));
      case MODULO -> Math.floorMod(a, nonZero(b));
      case POWER -> b < 0 ? (Object) Math.pow(nonZero(a), b) : power(a, b);
    };
  }

  private static long power(long base, long exponent) {
    if (base == 0 || base == 1) {
      return exponent == 0 ? 1 : base;
    }
    if (base == -1) {
      return exponent % 2 == 0 ? 1 : -1;
    }
    long power = 1;
    for (long i = 0; i < exponent; i++) {
      power = Math.multiplyExact(power, base);
    }
    return power;
  }

  private static double modulo(double a, double b) {
    double remainder = a % b;
    return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
  }

  private static long nonZero(long divisor) {
    if (divisor == 0) {
      throw new Fault("a divisor must not be zero");
    }
    return divisor;
  }

  private static double nonZero(double divisor) {
    if (divisor == 0) {
      throw new Fault("a divisor must not be zero");
    }
    return divisor;
  }

  static double toDouble(Object number) {
    return number instanceof Boolean flag ? (flag ? 1 : 0) : ((Number) number).doubleValue();
  }

  static long toLong(Object number) {
    return switch (number) {
      case Boolean flag -> flag ? 1 : 0;
      case Long whole -> whole;
      default -> throw new Fault("an integer must fit in 64 bits");
    };
  }

  static Fault unsupported(String symbol, Object left, Object right) {
    if (left instanceof Undefined missing) {
      return missing.fault();
    }
    if (right instanceof Undefined missing) {
      return missing.fault();
    }
    return new Fault(
        "'%s' cannot be applied to '%s' and '%s'"
            .formatted(symbol, Values.typeName(left), Values.typeName(right)));
  }
}
