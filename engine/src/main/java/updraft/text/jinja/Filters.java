package updraft.text.jinja;

import java.util.HashMap;
import java.util.Map;

/** All filters by name. */
final class Filters {
  private static final Map<String, Builtin> FILTERS = new HashMap<>();

  static {
    TextFilters.register(FILTERS);
    NumberFilters.register(FILTERS);
    ListFilters.register(FILTERS);
    SelectionFilters.register(FILTERS);
    alias("count", "length");
    alias("d", "default");
    alias("e", "escape");
  }

  private Filters() {}

  static Builtin named(String name) {
    Builtin filter = FILTERS.get(name);
    if (filter == null) {
      throw new Fault("unknown filter '" + name + "'");
    }
    return filter;
  }

  static boolean has(String name) {
    return FILTERS.containsKey(name);
  }

  private static void alias(String alias, String name) {
    FILTERS.put(alias, named(name));
  }
}
