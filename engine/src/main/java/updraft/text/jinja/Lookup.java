package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices of values. There are no others than those listed here. */
final class Lookup {
  private Lookup() {}

  /** {@code target.name}: a method first, then the item of that name. */
  static Object attribute(Object target, String name) {
    Object own = own(target, name);
    if (own != null) {
      return own;
    }
    Object item = target instanceof Map<?, ?> map ? map.get(name) : null;
    return item != null ? item : missingAttribute(target, name);
  }

  /** {@code target[key]}: the item first, then the method of that name. */
  static Object item(Object target, Object key) {
    Object item =
        switch (target) {
          case Undefined undefined -> throw undefined.fault();
          case Map<?, ?> map -> map.get(key);
          case List<?> list when !(list instanceof Generated) && isIndex(key) ->
              element(list, Arithmetic.toLong(key));
          case String text when isIndex(key) -> character(text, Arithmetic.toLong(key));
          default -> null;
        };
    if (item != null) {
      return item;
    }
    if (key instanceof String name) {
      Object own = own(target, name);
      return own != null ? own : missingAttribute(target, name);
    }
    String shown =
        key instanceof Number ? key.toString() : "of type '" + Values.typeName(key) + "'";
    return new Undefined("'" + Values.typeName(target) + "' has no element " + shown);
  }

  /** {@code target[from:to:step]}, where null and None stand for an absent bound. */
  static Object slice(Object target, Object from, Object to, Object step, Rendering rendering) {
    return switch (target) {
      case Undefined undefined -> throw undefined.fault();
      case String text -> {
        List<Object> characters = Values.items(text, rendering);
        yield String.join("", texts(slice(characters, from, to, step)));
      }
      case Tuple tuple -> new Tuple(slice(tuple, from, to, step));
      case List<?> list when !(list instanceof Generated) -> {
        rendering.budget().spendElements(list.size());
        yield slice(Values.elements(list), from, to, step);
      }
      default -> throw new Fault("'" + Values.typeName(target) + "' cannot be sliced");
    };
  }

  private static List<Object> slice(List<Object> items, Object from, Object to, Object step) {
    int stride = bound(step, 1);
    if (stride == 0) {
      throw new Fault("the step of a slice must not be zero");
    }
    int size = items.size();
    // the bounds of a backward slice lie one lower: it may run down to before the first item
    int low = stride > 0 ? 0 : -1;
    int high = stride > 0 ? size : size - 1;
    int start = clip(bound(from, stride > 0 ? low : high, size), low, high);
    int end = clip(bound(to, stride > 0 ? high : low, size), low, high);
    List<Object> slice = new ArrayList<>();
    for (long i = start; stride > 0 ? i < end : i > end; i += stride) {
      slice.add(items.get((int) i));
    }
    return slice;
  }

  private static int bound(Object value, int otherwise, int size) {
    if (value == None.NONE) {
      return otherwise;
    }
    int bound = bound(value, otherwise);
    return bound < 0 ? bound + size : bound;
  }

  private static int bound(Object value, int otherwise) {
    if (value == None.NONE) {
      return otherwise;
    }
    if (value instanceof Undefined missing) {
      throw missing.fault();
    }
    if (!isIndex(value)) {
      throw new Fault("a bound of a slice must be an integer: " + Values.typeName(value));
    }
    return Math.clamp(Arithmetic.toLong(value), -Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  private static int clip(int value, int low, int high) {
    return Math.max(low, Math.min(high, value));
  }

  private static List<String> texts(List<Object> characters) {
    return characters.stream().map(String.class::cast).toList();
  }

  private static boolean isIndex(Object key) {
    return key instanceof Long || key instanceof Boolean;
  }

  private static @Nullable Object element(List<?> list, long index) {
    long i = index < 0 ? index + list.size() : index;
    return i >= 0 && i < list.size() ? list.get((int) i) : null;
  }

  private static @Nullable Object character(String text, long index) {
    int length = text.codePointCount(0, text.length());
    long i = index < 0 ? index + length : index;
    if (i < 0 || i >= length) {
      return null;
    }
    int at = text.offsetByCodePoints(0, (int) i);
    return Character.toString(text.codePointAt(at));
  }

  private static @Nullable Object own(Object target, String name) {
    return switch (target) {
      case Undefined undefined -> throw undefined.fault();
      case Namespace namespace -> namespace.fields().get(name);
      case Loop loop -> loop.attribute(name);
      case String text -> method(TextMethods.find(name), text);
      case Map<?, ?> map -> method(ContainerMethods.ofMaps(name), map);
      case Generated generated -> null;
      case List<?> list -> method(ContainerMethods.ofLists(name, list instanceof Tuple), list);
      default -> null;
    };
  }

  private static @Nullable Callable method(@Nullable Builtin method, Object receiver) {
    return method == null ? null : method.bind(receiver);
  }

  private static Undefined missingAttribute(Object target, String name) {
    return new Undefined("'" + Values.typeName(target) + "' has no attribute '" + name + "'");
  }
}
