package updraft.sample.grammar;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.request.InvalidRequestException;

/**
 * JSON schemas as grammars: whatever matches the grammar is JSON that the schema accepts. The
 * converse does not hold: objects have their properties in the schema's order, and where a schema
 * names properties it allows others only if {@code additionalProperties} says so. Keywords that a
 * grammar cannot hold are refused by name; annotations are passed over.
 */
public final class JsonSchemaGrammar {
  private final Gbnf out = new Gbnf();
  private final JsonRules json = new JsonRules(out);
  private final SchemaKeywords keywords;
  private final ObjectRules objects = new ObjectRules(out, json, this::expression);

  /** By reference: its rule; those without a body yet wait in the queue. */
  private final Map<String, String> references = new HashMap<>();

  private final Deque<String> unwritten = new ArrayDeque<>();

  private JsonSchemaGrammar(Object root) {
    this.keywords = new SchemaKeywords(root);
  }

  /** The grammar of any JSON object. */
  public static String anyObject() {
    Gbnf out = new Gbnf();
    String object = new JsonRules(out).object();
    out.define("root", object);
    return out.text();
  }

  /**
   * The grammar of a schema.
   *
   * @param schema maps, lists, texts, numbers and booleans, as JSON is read
   * @throws InvalidRequestException if it is malformed, cannot be satisfied, or has a keyword that
   *     a grammar cannot hold; the message has the place
   */
  public static String of(Object schema) {
    return new JsonSchemaGrammar(schema).rules("root");
  }

  /**
   * The same as rules to be part of another grammar.
   *
   * @param name of the schema's own rule; another grammar's rules may have any name of letters but
   *     those of JSON's parts
   */
  public static String of(Object schema, String name) {
    return new JsonSchemaGrammar(schema).rules(name);
  }

  private String rules(String name) {
    references.put("#", name);
    unwritten.add("#");
    while (!unwritten.isEmpty()) {
      String reference = unwritten.remove();
      String rule = String.valueOf(references.get(reference));
      out.define(rule, expression(keywords.resolve(reference), reference));
    }
    return out.text();
  }

  /** What a schema lets through. */
  private String expression(@Nullable Object schema, String path) {
    if (schema instanceof Boolean allowed) {
      return allowed ? json.value() : "[]";
    }
    if (!(schema instanceof Map<?, ?> map)) {
      throw SchemaKeywords.refused("a schema must be an object or a boolean", path);
    }
    keywords.refuseUnknown(map, path);
    String reference = keywords.onlyReference(map);
    if (reference != null) {
      return rule(reference);
    }
    Map<String, Object> merged = keywords.flattened(map, path);
    List<Map<String, Object>> alternatives = keywords.alternatives(merged, path);
    if (alternatives != null) {
      List<String> ways = new ArrayList<>();
      for (Map<String, Object> alternative : alternatives) {
        ways.add(expression(alternative, path + "/anyOf/" + ways.size()));
      }
      return ways.isEmpty() ? "[]" : "(" + String.join(" | ", ways) + ")";
    }
    return byType(merged, path);
  }

  private String rule(String reference) {
    String known = references.get(reference);
    if (known != null) {
      return known;
    }
    String name = out.freshName("ref");
    references.put(reference, name);
    unwritten.add(reference);
    return name;
  }

  private String byType(Map<String, Object> schema, String path) {
    if (schema.containsKey("enum") || schema.containsKey("const")) {
      return literals(schema, path);
    }
    List<String> ways = new ArrayList<>();
    for (String type : keywords.types(schema, path)) {
      ways.add(
          switch (type) {
            case "object" -> objects.object(schema, path);
            case "array" -> objects.array(schema, path);
            case "string" -> string(schema, path);
            case "integer" -> integer(schema, path);
            case "number" -> number(schema, path);
            case "boolean" -> "(\"true\" | \"false\")";
            case "null" -> "\"null\"";
            case "any" -> json.value();
            default ->
                throw SchemaKeywords.refused("type must be a type of JSON: type=" + type, path);
          });
    }
    return ways.size() == 1 ? ways.getFirst() : "(" + String.join(" | ", ways) + ")";
  }

  private String literals(Map<String, Object> schema, String path) {
    List<@Nullable Object> values = new ArrayList<>();
    if (schema.containsKey("const")) {
      values.add(schema.get("const"));
    } else if (schema.get("enum") instanceof List<?> list) {
      values.addAll(list);
    } else {
      throw SchemaKeywords.refused("enum must be an array", path);
    }
    List<String> types = schema.containsKey("type") ? keywords.types(schema, path) : List.of();
    List<String> ways = new ArrayList<>();
    for (Object value : values) {
      if (types.isEmpty() || types.stream().anyMatch(type -> SchemaKeywords.hasType(value, type))) {
        ways.add(Gbnf.literal(JsonRules.text(value)));
      }
    }
    if (ways.isEmpty()) {
      throw SchemaKeywords.refused("a schema must be satisfied by some value", path);
    }
    return "(" + String.join(" | ", ways) + ")";
  }

  private String string(Map<String, Object> schema, String path) {
    Long least = keywords.count(schema, "minLength", path);
    Long most = keywords.count(schema, "maxLength", path);
    if (schema.get("pattern") instanceof String pattern) {
      if (least != null || most != null) {
        throw SchemaKeywords.refused(
            "pattern must stand without minLength and maxLength: write the counts into it", path);
      }
      return "\"\\\"\" " + RegexRules.inString(pattern, json.character()) + " \"\\\"\"";
    }
    String format =
        schema.get("format") instanceof String name ? StringFormats.pattern(name) : null;
    if (format != null && least == null && most == null) {
      return "\"\\\"\" " + RegexRules.inString(format, json.character()) + " \"\\\"\"";
    }
    if (least == null && most == null) {
      return json.string();
    }
    return "\"\\\"\" " + json.character() + SchemaKeywords.times(least, most, path) + " \"\\\"\"";
  }

  private String integer(Map<String, Object> schema, String path) {
    SchemaKeywords.Bounds bounds = keywords.bounds(schema, true, path);
    return bounds.none() ? json.integer() : NumberRules.integers(bounds.lowest(), bounds.highest());
  }

  private String number(Map<String, Object> schema, String path) {
    SchemaKeywords.Bounds bounds = keywords.bounds(schema, false, path);
    return bounds.none()
        ? json.number()
        : NumberRules.numbers(bounds.low(), bounds.lowOpen(), bounds.high(), bounds.highOpen());
  }
}
