package updraft.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Evaluated arguments of a call. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static Arguments of(Object... positional) {
    return new Arguments(List.of(positional), Map.of());
  }

  /** The same after one more: a filter's input, a method's receiver. */
  Arguments after(Object first) {
    List<Object> all = new ArrayList<>(positional.size() + 1);
    all.add(first);
    all.addAll(positional);
    return new Arguments(all, named);
  }

  Arguments with(String name, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(named);
    all.put(name, value);
    return new Arguments(positional, all);
  }

  /** Those from {@code first} on. */
  Arguments from(int first) {
    return new Arguments(
        positional.subList(Math.min(first, positional.size()), positional.size()), named);
  }
}
