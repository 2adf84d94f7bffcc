package updraft.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The methods of dicts, lists and tuples. Of those that change a container only {@code append} is
 * here: some templates build lists with it.
 */
final class ContainerMethods {
  private static final Map<String, Builtin> OF_MAPS = new HashMap<>();
  private static final Map<String, Builtin> OF_LISTS = new HashMap<>();

  static {
    Builtin.register(OF_MAPS, "items self", (r, a) -> Values.pairs(map(a), r));
    Builtin.register(OF_MAPS, "keys self", (r, a) -> new ArrayList<>(Values.items(map(a), r)));
    Builtin.register(OF_MAPS, "values self", (r, a) -> values(map(a), r));
    Builtin.register(OF_MAPS, "get self key default?", (r, a) -> get(a));
    Builtin.register(OF_MAPS, "copy self", (r, a) -> copy(map(a), r));
    Builtin.register(OF_LISTS, "append self item", (r, a) -> append(list(a), a.get(1), r));
    Builtin.register(OF_LISTS, "index self item", (r, a) -> index(list(a), a.get(1), r));
    Builtin.register(OF_LISTS, "count self item", (r, a) -> count(list(a), a.get(1), r));
    Builtin.register(OF_LISTS, "copy self", (r, a) -> new ArrayList<>(Values.items(list(a), r)));
  }

  private ContainerMethods() {}

  static @Nullable Builtin ofMaps(String name) {
    return OF_MAPS.get(name);
  }

  static @Nullable Builtin ofLists(String name, boolean tuple) {
    boolean absent = tuple && !name.equals("index") && !name.equals("count");
    return absent ? null : OF_LISTS.get(name);
  }

  private static Map<Object, Object> map(Bound arguments) {
    return Values.entries((Map<?, ?>) arguments.get(0));
  }

  private static List<Object> list(Bound arguments) {
    return Values.elements((List<?>) arguments.get(0));
  }

  private static List<Object> values(Map<Object, Object> map, Rendering rendering) {
    rendering.budget().spendElements(map.size());
    return new ArrayList<>(map.values());
  }

  private static Object get(Bound arguments) {
    Object value = map(arguments).get(Values.hashable(arguments.get(1)));
    return value != null ? value : arguments.get(2, None.NONE);
  }

  private static Object copy(Map<Object, Object> map, Rendering rendering) {
    rendering.budget().spendElements(2L * map.size());
    return new LinkedHashMap<>(map);
  }

  private static Object append(List<Object> list, Object item, Rendering rendering) {
    rendering.budget().spendElements(1);
    list.add(item);
    return None.NONE;
  }

  private static Object index(List<Object> list, Object item, Rendering rendering) {
    for (int i = 0; i < list.size(); i++) {
      rendering.budget().spendElements(1);
      if (Ordering.equal(list.get(i), item, rendering)) {
        return (long) i;
      }
    }
    throw new Fault("the list does not have the item");
  }

  private static Object count(List<Object> list, Object item, Rendering rendering) {
    long count = 0;
    for (Object candidate : list) {
      rendering.budget().spendElements(1);
      count += Ordering.equal(candidate, item, rendering) ? 1 : 0;
    }
    return count;
  }
}
