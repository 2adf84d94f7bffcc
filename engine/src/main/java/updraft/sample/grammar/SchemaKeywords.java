package updraft.sample.grammar;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import updraft.request.InvalidRequestException;

/** Reading a schema's keywords: references followed, {@code allOf} merged, bounds checked. */
final class SchemaKeywords {
  private static final Set<String> ANNOTATIONS =
      Set.of(
          "title",
          "description",
          "default",
          "example",
          "examples",
          "$schema",
          "$id",
          "$anchor",
          "$comment",
          "$defs",
          "definitions",
          "deprecated",
          "readOnly",
          "writeOnly",
          "discriminator",
          "contentEncoding",
          "contentMediaType",
          "strict",
          "nullable");

  private static final Set<String> HELD =
      Set.of(
          "type",
          "enum",
          "const",
          "properties",
          "required",
          "additionalProperties",
          "items",
          "prefixItems",
          "minItems",
          "maxItems",
          "minLength",
          "maxLength",
          "pattern",
          "format",
          "minimum",
          "maximum",
          "exclusiveMinimum",
          "exclusiveMaximum",
          "anyOf",
          "oneOf",
          "allOf",
          "$ref");

  private static final int MAX_MERGES = 64;
  private static final BigDecimal LARGEST = BigDecimal.valueOf(1_000_000_000_000_000L);

  private final Object root;

  SchemaKeywords(Object root) {
    this.root = root;
  }

  static InvalidRequestException refused(String message, String path) {
    return new InvalidRequestException("schema", message + ": schema=" + path);
  }

  void refuseUnknown(Map<?, ?> schema, String path) {
    for (Object key : schema.keySet()) {
      String name = (String) key;
      if (!HELD.contains(name) && !ANNOTATIONS.contains(name)) {
        throw refused("a schema must do without " + name + ", it is not supported", path);
      }
    }
  }

  /** The reference that is all a schema says, or null. */
  @Nullable String onlyReference(Map<?, ?> schema) {
    boolean alone =
        schema.keySet().stream().noneMatch(key -> HELD.contains(key) && !"$ref".equals(key));
    return alone && schema.get("$ref") instanceof String reference ? reference : null;
  }

  /** The schema that a reference within this document names. */
  @Nullable Object resolve(String reference) {
    if (!reference.startsWith("#")) {
      throw refused("$ref must be a reference within the schema, #/…", reference);
    }
    Object place = root;
    for (String step : reference.substring(1).split("/", -1)) {
      if (step.isEmpty()) {
        continue;
      }
      String name = step.replace("~1", "/").replace("~0", "~");
      if (place instanceof Map<?, ?> map && map.containsKey(name)) {
        place = map.get(name);
      } else if (place instanceof List<?> list
          && name.matches("\\d{1,6}")
          && Integer.parseInt(name) < list.size()) {
        place = list.get(Integer.parseInt(name));
      } else {
        throw refused("$ref must name a part of the schema", reference);
      }
    }
    return place;
  }

  /** A schema with what {@code allOf} and {@code $ref} add to it. */
  Map<String, Object> flattened(Map<?, ?> schema, String path) {
    int[] merges = {0};
    Map<String, Object> merged = new LinkedHashMap<>();
    flatten(schema, merged, merges, path);
    return merged;
  }

  private void flatten(Map<?, ?> schema, Map<String, Object> into, int[] merges, String path) {
    if (++merges[0] > MAX_MERGES) {
      throw refused("allOf must come to an end after " + MAX_MERGES + " schemas", path);
    }
    refuseUnknown(schema, path);
    for (Map.Entry<?, ?> entry : schema.entrySet()) {
      String name = (String) entry.getKey();
      if (name.equals("$ref") && entry.getValue() instanceof String reference) {
        flatten(asMap(resolve(reference), reference), into, merges, reference);
      } else if (name.equals("allOf") && entry.getValue() instanceof List<?> parts) {
        for (Object part : parts) {
          flatten(asMap(part, path + "/allOf"), into, merges, path + "/allOf");
        }
      } else if ((HELD.contains(name) && entry.getValue() != null) || name.equals("const")) {
        into.merge(name, orNull(entry.getValue()), (a, b) -> merged(name, a, b, path));
      }
    }
  }

  /** A {@code const} of null is a value too; a map that merges cannot hold it. */
  private static Object orNull(@Nullable Object value) {
    return value == null ? Null.NULL : value;
  }

  /** JSON's null where a map needs an object. */
  private enum Null {
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }

  private static Object merged(String name, Object a, Object b, String path) {
    if (a.equals(b)) {
      return a;
    }
    if (name.equals("required") && a instanceof List<?> first && b instanceof List<?> second) {
      Set<Object> names = new LinkedHashSet<>(first);
      names.addAll(second);
      return List.copyOf(names);
    }
    if (name.equals("properties")
        && a instanceof Map<?, ?> first
        && b instanceof Map<?, ?> second) {
      Map<Object, Object> all = new LinkedHashMap<>(first);
      second.forEach(
          (key, value) -> {
            Object other = all.putIfAbsent(key, value);
            if (other != null && !other.equals(value)) {
              throw refused("allOf must say one thing only about a property: " + key, path);
            }
          });
      return all;
    }
    throw refused("allOf must say one thing only of " + name, path);
  }

  private static Map<?, ?> asMap(@Nullable Object schema, String path) {
    if (schema instanceof Map<?, ?> map) {
      return map;
    }
    throw refused("a schema must be an object here", path);
  }

  /** The schemas of {@code anyOf} or {@code oneOf}, each with what stands beside it; or null. */
  @Nullable List<Map<String, Object>> alternatives(Map<String, Object> schema, String path) {
    String name = schema.containsKey("anyOf") ? "anyOf" : "oneOf";
    if (!schema.containsKey(name)) {
      return null;
    }
    if (!(schema.get(name) instanceof List<?> parts)) {
      throw refused(name + " must be an array", path);
    }
    Map<String, Object> base = new LinkedHashMap<>(schema);
    base.remove(name);
    List<Map<String, Object>> alternatives = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof Boolean allowed) {
        if (allowed) {
          alternatives.add(base);
        }
        continue;
      }
      Map<?, ?> map = asMap(part, path + "/" + name);
      if (base.isEmpty() && onlyReference(map) != null) {
        alternatives.add(Map.of("$ref", onlyReference(map)));
      } else {
        Map<String, Object> both = new LinkedHashMap<>(base);
        flatten(map, both, new int[1], path + "/" + name);
        alternatives.add(both);
      }
    }
    return alternatives;
  }

  /** The types that a schema names or that its keywords speak of; {@code any} for none. */
  List<String> types(Map<String, Object> schema, String path) {
    Object type = schema.get("type");
    if (type instanceof String name) {
      return List.of(name);
    }
    if (type instanceof List<?> names && !names.isEmpty()) {
      return names.stream().map(String::valueOf).distinct().toList();
    }
    if (type != null) {
      throw refused("type must be a name or an array of names", path);
    }
    if (has(schema, "properties", "required", "additionalProperties")) {
      return List.of("object");
    }
    if (has(schema, "items", "prefixItems", "minItems", "maxItems")) {
      return List.of("array");
    }
    if (has(schema, "pattern", "minLength", "maxLength", "format")) {
      return List.of("string");
    }
    return has(schema, "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        ? List.of("number")
        : List.of("any");
  }

  private static boolean has(Map<String, Object> schema, String... names) {
    for (String name : names) {
      if (schema.containsKey(name)) {
        return true;
      }
    }
    return false;
  }

  static boolean hasType(@Nullable Object value, String type) {
    return switch (type) {
      case "string" -> value instanceof String;
      case "boolean" -> value instanceof Boolean;
      case "null" -> value == null || value == Null.NULL;
      case "object" -> value instanceof Map;
      case "array" -> value instanceof List;
      case "number" -> value instanceof Number;
      case "integer" ->
          value instanceof Number number
              && new BigDecimal(number.toString()).stripTrailingZeros().scale() <= 0;
      default -> false;
    };
  }

  @Nullable Long count(Map<String, Object> schema, String name, String path) {
    return nonNegative(schema, name, path);
  }

  static @Nullable Long nonNegative(Map<String, Object> schema, String name, String path) {
    Object value = schema.get(name);
    if (value == null) {
      return null;
    }
    if (value instanceof Number number && hasType(value, "integer")) {
      BigDecimal exact = new BigDecimal(number.toString());
      if (exact.signum() >= 0 && exact.compareTo(LARGEST) <= 0) {
        return exact.longValueExact();
      }
    }
    throw refused(name + " must be an integer of at least 0: " + name + "=" + value, path);
  }

  /** Counts as GBNF writes them. */
  static String times(@Nullable Long least, @Nullable Long most, String path) {
    if (least != null && most != null && least > most) {
      throw refused(
          "a schema must be satisfied by some value: at least " + least + ", at most " + most,
          path);
    }
    return "{" + (least == null ? 0 : least) + "," + (most == null ? "" : most) + "}";
  }

  /**
   * Bounds of a number.
   *
   * @param lowOpen whether the bound itself is left out
   */
  record Bounds(@Nullable Long low, boolean lowOpen, @Nullable Long high, boolean highOpen) {
    boolean none() {
      return low == null && high == null;
    }

    /** The lowest integer within. */
    @Nullable Long lowest() {
      return low == null || !lowOpen ? low : Long.valueOf(low + 1);
    }

    @Nullable Long highest() {
      return high == null || !highOpen ? high : Long.valueOf(high - 1);
    }
  }

  /**
   * @param integers whether bounds between integers may be moved to the next one within
   */
  Bounds bounds(Map<String, Object> schema, boolean integers, String path) {
    Long low = bound(schema, "minimum", integers, 1, path);
    Long lowOpen = bound(schema, "exclusiveMinimum", integers, -1, path);
    Long high = bound(schema, "maximum", integers, -1, path);
    Long highOpen = bound(schema, "exclusiveMaximum", integers, 1, path);
    boolean belowOpen = lowOpen != null && (low == null || lowOpen >= low);
    boolean aboveOpen = highOpen != null && (high == null || highOpen <= high);
    return new Bounds(belowOpen ? lowOpen : low, belowOpen, aboveOpen ? highOpen : high, aboveOpen);
  }

  private static @Nullable Long bound(
      Map<String, Object> schema, String name, boolean integers, int towards, String path) {
    Object value = schema.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Number number)) {
      throw refused(name + " must be a number: " + name + "=" + value, path);
    }
    BigDecimal exact = new BigDecimal(number.toString());
    if (exact.abs().compareTo(LARGEST) > 0) {
      throw refused(name + " must be at most 10^15 from 0: " + name + "=" + value, path);
    }
    boolean whole = exact.stripTrailingZeros().scale() <= 0;
    if (!whole && !integers) {
      throw refused(name + " must be an integer: " + name + "=" + value, path);
    }
    return exact
        .setScale(0, towards > 0 ? RoundingMode.CEILING : RoundingMode.FLOOR)
        .longValueExact();
  }
}
