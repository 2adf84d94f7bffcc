package updraft.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values that templates see and what Python says of them. A value is {@link None}, {@link
 * Undefined}, a {@code Boolean}, {@code Long}, {@code Double}, {@code BigInteger} (too big for
 * arithmetic here), {@code String}, {@code List}, {@code Map}, or an object of this package.
 */
final class Values {
  private Values() {}

  /**
   * A copy of the caller's data as values, so that no template can change or reach the original.
   */
  static Object of(@Nullable Object data, Rendering rendering) {
    return switch (data) {
      case null -> None.NONE;
      case String text -> text;
      case Boolean flag -> flag;
      case Long number -> number;
      case Integer number -> number.longValue();
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case Double number -> number;
      case Float number -> number.doubleValue();
      case BigInteger number when number.bitLength() < Long.SIZE -> number.longValue();
      case BigInteger number -> number;
      case BigDecimal number -> number.doubleValue();
      case Map<?, ?> map -> {
        rendering.budget().enter();
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(of(key, rendering), of(value, rendering)));
        rendering.budget().leave();
        yield copy;
      }
      case Iterable<?> items -> {
        rendering.budget().enter();
        List<Object> copy = new ArrayList<>();
        items.forEach(item -> copy.add(of(item, rendering)));
        rendering.budget().leave();
        yield copy;
      }
      default ->
          throw new Fault(
              "a variable must be text, a number, a boolean, null, a list or a map: "
                  + data.getClass().getName());
    };
  }

  static boolean isTrue(Object value) {
    return switch (value) {
      case None none -> false;
      case Undefined undefined -> false;
      case Boolean flag -> flag;
      case Long number -> number != 0;
      case Double number -> number != 0;
      case String text -> !text.isEmpty();
      case Generated generated -> true;
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  /** Python's name of the value's type. */
  static String typeName(Object value) {
    return switch (value) {
      case None none -> "None";
      case Undefined undefined -> "undefined";
      case Boolean flag -> "bool";
      case Long number -> "int";
      case BigInteger number -> "int";
      case Double number -> "float";
      case String text -> "str";
      case Tuple tuple -> "tuple";
      case Generated generated -> "generator";
      case List<?> list -> "list";
      case Map<?, ?> map -> "dict";
      case Namespace namespace -> "namespace";
      case Loop loop -> "loop";
      default -> "function";
    };
  }

  static boolean isNumber(Object value) {
    return value instanceof Number || value instanceof Boolean;
  }

  static boolean isIterable(Object value) {
    return value instanceof String
        || value instanceof List<?>
        || value instanceof Map<?, ?>
        || value instanceof Undefined;
  }

  /** The items that a loop over the value meets: characters, elements or keys. */
  static List<Object> items(Object value, Rendering rendering) {
    List<Object> items =
        switch (value) {
          case Undefined undefined -> List.of();
          case String text -> {
            rendering.budget().spendElements(text.length());
            yield characters(text);
          }
          case List<?> list -> elements(list);
          case Map<?, ?> map -> List.copyOf(map.keySet());
          default -> throw new Fault("'" + typeName(value) + "' cannot be iterated");
        };
    rendering.budget().spendElements(items.size());
    return items;
  }

  /** The number of characters, elements or keys. */
  static long length(Object value) {
    return switch (value) {
      case Undefined undefined -> 0;
      case String text -> text.codePointCount(0, text.length());
      case List<?> list -> list.size();
      case Map<?, ?> map -> map.size();
      default -> throw new Fault("'" + typeName(value) + "' has no length");
    };
  }

  @SuppressWarnings("unchecked") // all lists that rendering makes hold values
  static List<Object> elements(List<?> list) {
    return (List<Object>) list;
  }

  @SuppressWarnings("unchecked") // all maps that rendering makes hold values
  static Map<Object, Object> entries(Map<?, ?> map) {
    return (Map<Object, Object>) map;
  }

  /** Items of a map as pairs. */
  static List<Object> pairs(Map<?, ?> map, Rendering rendering) {
    rendering.budget().spendElements(3L * map.size());
    List<Object> pairs = new ArrayList<>(map.size());
    entries(map).forEach((key, value) -> pairs.add(new Tuple(List.of(key, value))));
    return pairs;
  }

  /** The key, if a map may have such a key. */
  static Object hashable(Object key) {
    if (key instanceof List<?> || key instanceof Map<?, ?>) {
      throw new Fault("a '" + typeName(key) + "' cannot be a key");
    }
    return key;
  }

  private static List<Object> characters(String text) {
    List<Object> characters = new ArrayList<>(text.length());
    text.codePoints().forEach(c -> characters.add(Character.toString(c)));
    return characters;
  }
}
