package updraft.lint;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a value, whatever the path.
 *
 * @param origin where an object comes from
 * @param parameter number of the kernel's parameter it is, or -1
 * @param sign whether it can be negative, as far as sizes and indices stay below 2^31
 * @param fresh it was read from memory in the expression at hand, not through a variable
 * @param frozen it is the same in every launch: a constant, or computed from scalar arguments alone
 * @param constant its value, if it is an int constant
 * @param wide a long or double, which takes two slots
 * @param multiple a constant that divides it; 0 divides 0 alone
 * @param atLeast a lower bound, as far as its sign is known
 */
record Value(
    Origin origin,
    int parameter,
    Sign sign,
    boolean fresh,
    boolean frozen,
    @Nullable Integer constant,
    boolean wide,
    int multiple,
    int atLeast) {

  /** From the least known to the most. */
  enum Sign {
    ANY,
    /** Negative only if an int read from memory is: tokens, positions, slots. */
    INDEX,
    NON_NEGATIVE
  }

  enum Origin {
    /** A number, or an object of no interest. */
    OTHER,
    /** The kernel's own context. */
    CONTEXT,
    /** An array or number that the kernel was given. */
    PARAMETER,
    /** Memory of the group. */
    LOCAL_ARRAY,
    /** An array made in the kernel. */
    PRIVATE_ARRAY
  }

  static final Value UNKNOWN = new Value(Origin.OTHER, -1, Sign.ANY, false, false, null, false);
  static final Value NON_NEGATIVE =
      new Value(Origin.OTHER, -1, Sign.NON_NEGATIVE, false, false, null, false);
  static final Value WIDE = new Value(Origin.OTHER, -1, Sign.ANY, false, false, null, true);
  static final Value CONTEXT = new Value(Origin.CONTEXT, -1, Sign.ANY, false, false, null, false);
  static final Value READ = new Value(Origin.OTHER, -1, Sign.ANY, true, false, null, false);
  static final Value LOCAL_ARRAY =
      new Value(Origin.LOCAL_ARRAY, -1, Sign.ANY, false, false, null, false);
  static final Value PRIVATE_ARRAY =
      new Value(Origin.PRIVATE_ARRAY, -1, Sign.ANY, false, false, null, false);

  /** A value of which no divisor is known. */
  Value(
      Origin origin,
      int parameter,
      Sign sign,
      boolean fresh,
      boolean frozen,
      @Nullable Integer constant,
      boolean wide) {
    this(origin, parameter, sign, fresh, frozen, constant, wide, 1, 0);
  }

  static Sign lesser(Sign a, Sign b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static int divisor(int a, int b) {
    return b == 0 ? a : divisor(b, a % b);
  }

  static Sign greater(Sign a, Sign b) {
    return a.compareTo(b) < 0 ? b : a;
  }

  /** Whether it cannot be negative, whatever memory holds. */
  boolean nonNegative() {
    return sign == Sign.NON_NEGATIVE;
  }

  Value withAtLeast(int bound) {
    return new Value(origin, parameter, sign, fresh, frozen, constant, wide, multiple, bound);
  }

  Value multipleOf(int divisor) {
    return new Value(origin, parameter, sign, fresh, frozen, constant, wide, divisor, atLeast);
  }

  static Value constant(int value) {
    Sign sign = value >= 0 ? Sign.NON_NEGATIVE : Sign.ANY;
    return new Value(
        Origin.OTHER, -1, sign, false, true, value, false, Math.abs(value), Math.max(value, 0));
  }

  static Value parameter(int number, boolean scalar, boolean wide) {
    Sign sign = scalar ? Sign.NON_NEGATIVE : Sign.ANY;
    return new Value(Origin.PARAMETER, number, sign, false, scalar, null, wide);
  }

  /** The result of an operation on this and another. */
  Value with(Value other, Sign resultSign) {
    return new Value(
        Origin.OTHER, -1, resultSign, fresh || other.fresh, frozen && other.frozen, null, wide);
  }

  Value asWide(boolean isWide) {
    return new Value(Origin.OTHER, -1, sign, fresh, frozen, null, isWide, multiple, atLeast);
  }

  Value signed(Sign newSign) {
    return new Value(Origin.OTHER, -1, newSign, fresh, frozen, null, wide);
  }

  /** As a variable holds it. */
  Value stored() {
    return new Value(origin, parameter, sign, false, frozen, constant, wide, multiple, atLeast);
  }

  /** What is known when it is this or {@code other}. */
  Value or(Value other) {
    if (equals(other)) {
      return this;
    }
    boolean same = origin == other.origin && parameter == other.parameter;
    return new Value(
        same ? origin : Origin.OTHER,
        same ? parameter : -1,
        lesser(sign, other.sign),
        fresh || other.fresh,
        frozen && other.frozen,
        Objects.equals(constant, other.constant) ? constant : null,
        wide,
        divisor(multiple, other.multiple),
        atLeast == other.atLeast ? atLeast : 0); // not the lesser: a count down must end
  }
}
