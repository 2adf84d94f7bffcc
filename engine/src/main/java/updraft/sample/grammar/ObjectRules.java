package updraft.sample.grammar;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Objects and arrays of a schema. Their size as rules is linear in that of the schema. */
final class ObjectRules {
  private final Gbnf out;
  private final JsonRules json;
  private final BiFunction<@Nullable Object, String, String> expression;

  /**
   * @param expression what a schema at a path lets through
   */
  ObjectRules(Gbnf out, JsonRules json, BiFunction<@Nullable Object, String, String> expression) {
    this.out = out;
    this.json = json;
    this.expression = expression;
  }

  String object(Map<String, Object> schema, String path) {
    Map<String, @Nullable Object> properties = properties(schema, path);
    Set<String> required = new LinkedHashSet<>();
    if (schema.get("required") instanceof List<?> names) {
      names.forEach(name -> required.add(String.valueOf(name)));
    }
    Object additional = schema.get("additionalProperties");
    if (additional == null) {
      additional = properties.isEmpty() && required.isEmpty();
    }
    for (String name : required) {
      properties.putIfAbsent(name, additional);
    }
    if (properties.isEmpty() && Boolean.TRUE.equals(additional)) {
      return json.object();
    }
    List<String> members = new ArrayList<>();
    properties.forEach(
        (name, value) ->
            members.add(
                Gbnf.literal(JsonRules.quoted(name) + ":")
                    + " "
                    + json.space()
                    + " "
                    + expression.apply(value, path + "/properties/" + name)));
    List<String> names = List.copyOf(properties.keySet());
    return out.define(
        out.freshName("object"),
        "\"{\" "
            + json.space()
            + " "
            + members(names, members, required, others(additional, names, path))
            + " ws \"}\"");
  }

  private static Map<String, @Nullable Object> properties(Map<String, Object> schema, String path) {
    Map<String, @Nullable Object> properties = new LinkedHashMap<>();
    if (schema.get("properties") instanceof Map<?, ?> map) {
      map.forEach((name, value) -> properties.put((String) name, value));
    } else if (schema.containsKey("properties")) {
      throw SchemaKeywords.refused("properties must be an object", path);
    }
    return properties;
  }

  /** Members beyond those that are named, as a rule, or null for none. */
  private @Nullable String others(Object additional, List<String> names, String path) {
    if (Boolean.FALSE.equals(additional)) {
      return null;
    }
    String value = expression.apply(additional, path + "/additionalProperties");
    return out.define(
        out.freshName("other"),
        "\"\\\"\" " + nameBut(names) + " \"\\\":\" " + json.space() + " " + value);
  }

  /**
   * The members in order, each optional one left out or not: by place a rule for what follows a
   * member, and one for what comes first.
   */
  private String members(
      List<String> names, List<String> members, Set<String> required, @Nullable String other) {
    String rest =
        out.define(out.freshName("rest"), other == null ? "\"\"" : "(\",\" ws " + other + ")*");
    String first =
        out.define(
            out.freshName("first"),
            other == null ? "\"\"" : "(" + other + " (\",\" ws " + other + ")*)?");
    for (int i = members.size() - 1; i >= 0; i--) {
      boolean optional = !required.contains(names.get(i));
      String member = out.define(out.freshName("member"), members.get(i));
      String begins = member + " " + rest;
      first = out.define(out.freshName("first"), begins + (optional ? " | " + first : ""));
      rest =
          out.define(out.freshName("rest"), "\",\" ws " + begins + (optional ? " | " + rest : ""));
    }
    return first;
  }

  /** A name without escapes that is none of these. */
  private String nameBut(List<String> names) {
    Trie trie = new Trie();
    names.stream().filter(JsonRules::isPlain).forEach(trie::add);
    return trie.define(out);
  }

  /** Names by their characters. */
  private static final class Trie {
    private final Map<Integer, Trie> children = new TreeMap<>();
    private boolean ends;

    void add(String name) {
      Trie node = this;
      for (int c : name.codePoints().toArray()) {
        node = node.children.computeIfAbsent(c, key -> new Trie());
      }
      node.ends = true;
    }

    /**
     * What may follow here: another character and anything, or a child's, or, elsewhere, nothing.
     */
    String define(Gbnf out) {
      List<String> ways = new ArrayList<>();
      ways.add(
          JsonRules.plainWithout(List.copyOf(children.keySet()))
              + " "
              + JsonRules.plainWithout(List.of())
              + "*");
      children.forEach(
          (c, child) -> ways.add(Gbnf.characters(CodePoints.of(c, c)) + " " + child.define(out)));
      return out.define(
          out.freshName("name"), "(" + String.join(" | ", ways) + ")" + (ends ? "" : "?"));
    }
  }

  String array(Map<String, Object> schema, String path) {
    List<?> fixed = schema.get("prefixItems") instanceof List<?> list ? list : List.of();
    Long least = SchemaKeywords.nonNegative(schema, "minItems", path);
    Long most = SchemaKeywords.nonNegative(schema, "maxItems", path);
    SchemaKeywords.times(least, most, path); // that they do not contradict each other
    long min = least == null ? 0 : least;
    Object items = schema.getOrDefault("items", true);
    String item = null;
    if (!Boolean.FALSE.equals(items)) {
      item = out.define(out.freshName("item"), expression.apply(items, path + "/items"));
    }
    if (item == null || (most != null && most < fixed.size())) {
      most = Math.min(fixed.size(), most == null ? fixed.size() : most);
    }
    if (most != null && min > most) {
      throw SchemaKeywords.refused("a schema must be satisfied by some value", path);
    }
    String content = afterFixed(fixed.size(), min, most, item);
    for (int i = (int) Math.min(fixed.size(), most == null ? fixed.size() : most) - 1;
        i >= 0;
        i--) {
      String element = expression.apply(fixed.get(i), path + "/prefixItems/" + i);
      String body = (i == 0 ? "" : "\",\" ws ") + element + " " + content;
      content = out.define(out.freshName("items"), i < min ? body : "(" + body + ")?");
    }
    return out.define(
        out.freshName("array"), "\"[\" " + json.space() + " " + content + " ws \"]\"");
  }

  /** The items after those that have a schema each. */
  private static String afterFixed(
      int fixed, long min, @Nullable Long most, @Nullable String item) {
    Long more = most == null ? null : most - fixed;
    if (item == null || (more != null && more <= 0)) {
      return "\"\"";
    }
    long needed = Math.max(0, min - fixed);
    if (fixed > 0) {
      return "(\",\" ws " + item + "){" + needed + "," + (more == null ? "" : more) + "}";
    }
    String some =
        item
            + " (\",\" ws "
            + item
            + "){"
            + Math.max(0, needed - 1)
            + ","
            + (more == null ? "" : more - 1)
            + "}";
    return needed > 0 ? some : "(" + some + ")?";
  }
}
