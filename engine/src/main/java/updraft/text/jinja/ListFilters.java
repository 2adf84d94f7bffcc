package updraft.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Filters over lists, tuples, strings and dicts as wholes. */
final class ListFilters {
  private ListFilters() {}

  static void register(Map<String, Builtin> filters) {
    Builtin.register(filters, "length value", (r, a) -> length(a.get(0), r));
    Builtin.register(filters, "list value", (r, a) -> new ArrayList<>(Values.items(a.get(0), r)));
    Builtin.register(filters, "first value", (r, a) -> end(a.get(0), true, r));
    Builtin.register(filters, "last value", (r, a) -> end(a.get(0), false, r));
    Builtin.register(filters, "join value d? attribute?", (r, a) -> join(a, r));
    Builtin.register(filters, "reverse value", (r, a) -> reverse(a.get(0), r));
    Builtin.register(filters, "items value", (r, a) -> items(a.get(0), r));
    Builtin.register(
        filters, "sort value reverse? case_sensitive? attribute?", (r, a) -> sort(a, r));
    Builtin.register(
        filters, "dictsort value case_sensitive? by? reverse?", (r, a) -> dictSort(a, r));
    Builtin.register(filters, "unique value case_sensitive? attribute?", (r, a) -> unique(a, r));
    Builtin.register(
        filters, "min value case_sensitive? attribute?", (r, a) -> extreme(a, true, r));
    Builtin.register(
        filters, "max value case_sensitive? attribute?", (r, a) -> extreme(a, false, r));
    Builtin.register(filters, "sum value attribute? start?", (r, a) -> sum(a, r));
    Builtin.register(filters, "batch value linecount fill_with?", (r, a) -> batch(a, r));
  }

  private static long length(Object value, Rendering rendering) {
    if (value instanceof String text) {
      rendering.budget().spend(text.length());
    }
    return Values.length(value);
  }

  private static Object end(Object value, boolean first, Rendering rendering) {
    List<Object> items = Values.items(value, rendering);
    if (items.isEmpty()) {
      return new Undefined("there is no " + (first ? "first" : "last") + " item");
    }
    return first ? items.getFirst() : items.getLast();
  }

  private static String join(Bound arguments, Rendering rendering) {
    String separator = Printer.str(arguments.get(1, ""), rendering);
    List<String> texts = new ArrayList<>();
    for (Object item : Values.items(arguments.get(0), rendering)) {
      Object part = arguments.has(2) ? Paths.follow(item, arguments.get(2)) : item;
      String text = Printer.str(part, rendering);
      rendering.budget().spend((long) text.length() + separator.length());
      texts.add(text);
    }
    return String.join(separator, texts);
  }

  private static Object reverse(Object value, Rendering rendering) {
    List<Object> reversed = new ArrayList<>(Values.items(value, rendering));
    Collections.reverse(reversed);
    return value instanceof String
        ? String.join("", reversed.stream().map(String.class::cast).toList())
        : new Generated(reversed);
  }

  private static Object items(Object value, Rendering rendering) {
    return switch (value) {
      case Undefined undefined -> new Generated(List.of());
      case Map<?, ?> map -> new Generated(Values.pairs(map, rendering));
      default -> throw new Fault("'items' takes a dict: " + Values.typeName(value));
    };
  }

  private static Object sort(Bound arguments, Rendering rendering) {
    List<Object> sorted = new ArrayList<>(Values.items(arguments.get(0), rendering));
    boolean foldCase = !arguments.flag(2);
    Comparator<Object> order = Ordering.ascending(foldCase, rendering);
    if (arguments.get(3, None.NONE) != None.NONE) {
      List<Object> paths = sortPaths(arguments.get(3));
      order = byPaths(paths, order);
    }
    sorted.sort(arguments.flag(1) ? order.reversed() : order);
    return sorted;
  }

  private static List<Object> sortPaths(Object attribute) {
    return attribute instanceof String names
        ? List.of((Object[]) names.split(","))
        : List.of(attribute);
  }

  private static Comparator<Object> byPaths(List<Object> paths, Comparator<Object> order) {
    return (a, b) -> {
      int result = 0;
      for (int i = 0; result == 0 && i < paths.size(); i++) {
        result = order.compare(Paths.follow(a, paths.get(i)), Paths.follow(b, paths.get(i)));
      }
      return result;
    };
  }

  private static Object dictSort(Bound arguments, Rendering rendering) {
    if (!(arguments.get(0) instanceof Map<?, ?> map)) {
      throw new Fault("'dictsort' takes a dict: " + Values.typeName(arguments.get(0)));
    }
    String by = arguments.text(2, "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw new Fault("'by' of 'dictsort' must be key or value: " + by);
    }
    List<Object> pairs = new ArrayList<>(Values.pairs(map, rendering));
    Comparator<Object> order =
        byPaths(
            List.of(by.equals("key") ? 0L : 1L), Ordering.ascending(!arguments.flag(1), rendering));
    pairs.sort(arguments.flag(3) ? order.reversed() : order);
    return pairs;
  }

  private static Object unique(Bound arguments, Rendering rendering) {
    Set<Object> seen = new HashSet<>();
    List<Object> unique = new ArrayList<>();
    for (Object item : Values.items(arguments.get(0), rendering)) {
      if (seen.add(identity(key(item, arguments)))) {
        unique.add(item);
      }
    }
    return new Generated(unique);
  }

  /** The same for numbers that are equal in Python. */
  private static Object identity(Object key) {
    return switch (Values.hashable(key)) {
      case Boolean flag -> flag ? 1L : 0L;
      case Double number when number == (long) (double) number -> (long) (double) number;
      default -> key;
    };
  }

  private static Object extreme(Bound arguments, boolean lowest, Rendering rendering) {
    List<Object> items = Values.items(arguments.get(0), rendering);
    if (items.isEmpty()) {
      return new Undefined("there is no item");
    }
    Comparator<Object> keys = Ordering.ascending(false, rendering);
    Object found = items.getFirst();
    for (Object item : items) {
      int order = keys.compare(key(item, arguments), key(found, arguments));
      found = (lowest ? order < 0 : order > 0) ? item : found;
    }
    return found;
  }

  /** What an item is compared by, for filters whose arguments are case_sensitive and attribute. */
  private static Object key(Object item, Bound arguments) {
    Object part =
        arguments.get(2, None.NONE) == None.NONE ? item : Paths.follow(item, arguments.get(2));
    return Ordering.folded(part, !arguments.flag(1));
  }

  private static Object sum(Bound arguments, Rendering rendering) {
    Object sum = arguments.get(2, 0L);
    for (Object item : Values.items(arguments.get(0), rendering)) {
      Object part =
          arguments.get(1, None.NONE) == None.NONE ? item : Paths.follow(item, arguments.get(1));
      sum = Arithmetic.apply(sum, Expr.Operator.ADD, part, rendering);
    }
    return sum;
  }

  private static Object batch(Bound arguments, Rendering rendering) {
    int size = arguments.integer(1);
    if (size < 1 || size > Budget.MAX_OUTPUT) {
      throw new Fault("the size of a batch must be at least 1: " + size);
    }
    List<Object> batches = new ArrayList<>();
    List<Object> items = Values.items(arguments.get(0), rendering);
    for (int from = 0; from < items.size(); from += size) {
      List<Object> batch =
          new ArrayList<>(items.subList(from, Math.min(from + size, items.size())));
      if (arguments.get(2, None.NONE) != None.NONE) {
        rendering.budget().spendElements((long) size - batch.size());
        while (batch.size() < size) {
          batch.add(arguments.get(2));
        }
      }
      batches.add(batch);
    }
    return new Generated(batches);
  }
}
