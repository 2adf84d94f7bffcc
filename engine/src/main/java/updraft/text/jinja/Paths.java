package updraft.text.jinja;

/** Attributes named by filters: {@code function.name} or an index, item before method. */
final class Paths {
  private Paths() {}

  static Object follow(Object item, Object path) {
    if (!(path instanceof String names)) {
      return Lookup.item(item, path);
    }
    Object value = item;
    for (String name : names.split("\\.")) {
      boolean index =
          !name.isEmpty() && name.length() < 10 && name.chars().allMatch(c -> c >= '0' && c <= '9');
      value = Lookup.item(value, index ? (Object) Long.parseLong(name) : name);
    }
    return value;
  }
}
