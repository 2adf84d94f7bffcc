package updraft.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Filters that map items, keep some of them, or give a value for a missing one. */
final class SelectionFilters {
  private SelectionFilters() {}

  static void register(Map<String, Builtin> filters) {
    Builtin.register(filters, "default value default_value? boolean?", (r, a) -> otherwise(a));
    Builtin.register(filters, "map value *", SelectionFilters::map);
    Builtin.register(filters, "select value *", (r, a) -> select(a, true, r));
    Builtin.register(filters, "reject value *", (r, a) -> select(a, false, r));
    Builtin.register(filters, "selectattr value attribute *", (r, a) -> selectBy(a, true, r));
    Builtin.register(filters, "rejectattr value attribute *", (r, a) -> selectBy(a, false, r));
    Builtin.register(filters, "attr value name", (r, a) -> Lookup.attribute(a.get(0), a.text(1)));
  }

  private static Object otherwise(Bound arguments) {
    Object value = arguments.get(0);
    boolean missing = value instanceof Undefined || (arguments.flag(2) && !Values.isTrue(value));
    return missing ? arguments.get(1, "") : value;
  }

  /** The input's items; none if it is false, {@code None} included. */
  private static List<Object> items(Bound arguments, Rendering rendering) {
    Object input = arguments.get(0);
    return Values.isTrue(input) ? Values.items(input, rendering) : List.of();
  }

  /** {@code map(attribute=..., default=...)} or {@code map(filter, arguments...)}. */
  private static Object map(Rendering rendering, Bound arguments) {
    Arguments rest = arguments.rest();
    List<Object> mapped = new ArrayList<>();
    for (Object item : items(arguments, rendering)) {
      mapped.add(
          rest.positional().isEmpty() ? attribute(item, rest) : filtered(item, rest, rendering));
    }
    return new Generated(mapped);
  }

  private static Object attribute(Object item, Arguments arguments) {
    Object path = arguments.named().get("attribute");
    if (path == null) {
      throw new Fault("'map' needs the name of a filter or an attribute");
    }
    Object value = Paths.follow(item, path);
    return value instanceof Undefined ? arguments.named().getOrDefault("default", value) : value;
  }

  private static Object filtered(Object item, Arguments arguments, Rendering rendering) {
    if (!(arguments.positional().getFirst() instanceof String name)) {
      throw new Fault("'map' needs the name of a filter");
    }
    return Filters.named(name).call(rendering, arguments.from(1).after(item));
  }

  private static Object select(Bound arguments, boolean keep, Rendering rendering) {
    List<Object> selected = new ArrayList<>();
    for (Object item : items(arguments, rendering)) {
      if (meets(item, arguments.rest(), rendering) == keep) {
        selected.add(item);
      }
    }
    return new Generated(selected);
  }

  private static Object selectBy(Bound arguments, boolean keep, Rendering rendering) {
    List<Object> selected = new ArrayList<>();
    for (Object item : items(arguments, rendering)) {
      Object part = Paths.follow(item, arguments.get(1));
      if (meets(part, arguments.rest(), rendering) == keep) {
        selected.add(item);
      }
    }
    return new Generated(selected);
  }

  /** Whether the value meets the named test; without one, whether it is true. */
  private static boolean meets(Object value, Arguments test, Rendering rendering) {
    if (test.positional().isEmpty()) {
      return Values.isTrue(value);
    }
    if (!(test.positional().getFirst() instanceof String name)) {
      throw new Fault("the name of a test must be a string");
    }
    return Values.isTrue(Conditions.named(name).call(rendering, test.from(1).after(value)));
  }
}
