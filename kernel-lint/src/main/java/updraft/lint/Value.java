package updraft.lint;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a value, whatever the path.
 *
 * @param origin where an object comes from
 * @param parameter number of the kernel's parameter it is, or -1
 * @param nonNegative it cannot be negative, as far as sizes and indices stay below 2^31
 * @param fresh it was read from memory in the expression at hand, not through a variable
 * @param frozen it is the same in every launch: a constant, or computed from scalar arguments alone
 * @param constant its value, if it is an int constant
 * @param wide a long or double, which takes two slots
 */
record Value(
    Origin origin,
    int parameter,
    boolean nonNegative,
    boolean fresh,
    boolean frozen,
    @Nullable Integer constant,
    boolean wide) {

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

  static final Value UNKNOWN = new Value(Origin.OTHER, -1, false, false, false, null, false);
  static final Value NON_NEGATIVE = new Value(Origin.OTHER, -1, true, false, false, null, false);
  static final Value WIDE = new Value(Origin.OTHER, -1, false, false, false, null, true);
  static final Value CONTEXT = new Value(Origin.CONTEXT, -1, false, false, false, null, false);
  static final Value READ = new Value(Origin.OTHER, -1, false, true, false, null, false);
  static final Value LOCAL_ARRAY =
      new Value(Origin.LOCAL_ARRAY, -1, false, false, false, null, false);
  static final Value PRIVATE_ARRAY =
      new Value(Origin.PRIVATE_ARRAY, -1, false, false, false, null, false);

  static Value constant(int value) {
    return new Value(Origin.OTHER, -1, value >= 0, false, true, value, false);
  }

  static Value parameter(int number, boolean scalar, boolean wide) {
    return new Value(Origin.PARAMETER, number, scalar, false, scalar, null, wide);
  }

  /** The result of an operation on this and another. */
  Value with(Value other, boolean resultNonNegative) {
    return new Value(
        Origin.OTHER,
        -1,
        resultNonNegative,
        fresh || other.fresh,
        frozen && other.frozen,
        null,
        wide);
  }

  Value asWide(boolean isWide) {
    return new Value(Origin.OTHER, -1, nonNegative, fresh, frozen, null, isWide);
  }

  Value signed(boolean isNonNegative) {
    return new Value(Origin.OTHER, -1, isNonNegative, fresh, frozen, null, wide);
  }

  /** As a variable holds it. */
  Value stored() {
    return new Value(origin, parameter, nonNegative, false, frozen, constant, wide);
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
        nonNegative && other.nonNegative,
        fresh || other.fresh,
        frozen && other.frozen,
        Objects.equals(constant, other.constant) ? constant : null,
        wide);
  }
}
