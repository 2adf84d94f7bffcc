package updraft.text.jinja;

import org.jspecify.annotations.Nullable;

/** The arguments of a builtin by the places of its parameters. */
final class Bound {
  private final String name;
  private final @Nullable Object[] values;
  private final Arguments all;
  private final int parameters;

  Bound(String name, @Nullable Object[] values, Arguments all, int parameters) {
    this.name = name;
    this.values = values;
    this.all = all;
    this.parameters = parameters;
  }

  /** The arguments as they were given, the input or receiver first. */
  Arguments all() {
    return all;
  }

  /** Those that no parameter took. */
  Arguments rest() {
    return all.from(parameters);
  }

  boolean has(int i) {
    return values[i] != null;
  }

  Object get(int i) {
    Object value = values[i];
    if (value == null) {
      throw new IllegalStateException("'" + name + "' reads an argument it did not require");
    }
    return value;
  }

  Object get(int i, Object otherwise) {
    Object value = values[i];
    return value == null ? otherwise : value;
  }

  boolean flag(int i) {
    Object value = values[i];
    return value != null && Values.isTrue(value);
  }

  /** A string; None counts as absent. */
  String text(int i, String otherwise) {
    return get(i, None.NONE) == None.NONE ? otherwise : text(i);
  }

  String text(int i) {
    if (get(i) instanceof String text) {
      return text;
    }
    throw wrong(i, "a string");
  }

  /** An integer; None counts as absent. */
  int integer(int i, int otherwise) {
    return get(i, None.NONE) == None.NONE ? otherwise : integer(i);
  }

  int integer(int i) {
    if (get(i) instanceof Long number) {
      return Math.clamp(number, -Integer.MAX_VALUE, Integer.MAX_VALUE);
    }
    throw wrong(i, "an integer");
  }

  private Fault wrong(int i, String expected) {
    return get(i) instanceof Undefined missing
        ? missing.fault()
        : new Fault("'" + name + "' takes " + expected + " here: " + Values.typeName(get(i)));
  }
}
