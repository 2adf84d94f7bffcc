package updraft.server.openai;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.request.InvalidRequestException;

/**
 * Typed access to a JSON object's fields. Absent and null fields give the default; a value of
 * another type is refused with the field's name.
 */
public final class JsonFields {
  private final JsonNode object;
  private final String prefix;

  public JsonFields(JsonNode object) {
    this(object, "");
  }

  private JsonFields(JsonNode object, String prefix) {
    this.object = object;
    this.prefix = prefix;
  }

  public boolean has(String name) {
    JsonNode value = object.get(name);
    return value != null && !value.isNull();
  }

  /** The raw value, or null when absent or null. */
  public @Nullable JsonNode node(String name) {
    return has(name) ? object.get(name) : null;
  }

  public @Nullable String string(String name, @Nullable String otherwise) {
    JsonNode value = node(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isString(), name, "a string", value);
    return value.asString();
  }

  public boolean flag(String name, boolean otherwise) {
    JsonNode value = node(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isBoolean(), name, "true or false", value);
    return value.asBoolean();
  }

  public int integer(String name, int otherwise) {
    JsonNode value = node(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isIntegralNumber() && value.canConvertToInt(), name, "an integer", value);
    return value.asInt();
  }

  /** An integer that must be there, in a range. */
  public int integer(String name, int low, int high) {
    if (node(name) == null) {
      throw new InvalidRequestException(
          path(name), path(name) + " must be in [" + low + ", " + high + "]: it is missing");
    }
    return integer(name, low, low, high);
  }

  /** An integer in a range, both ends included. */
  public int integer(String name, int otherwise, int low, int high) {
    int value = integer(name, otherwise);
    if (value < low || value > high) {
      throw new InvalidRequestException(
          path(name),
          path(name) + " must be in [" + low + ", " + high + "]: " + path(name) + "=" + value);
    }
    return value;
  }

  public long longInteger(String name, long otherwise) {
    JsonNode value = node(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isIntegralNumber() && value.canConvertToLong(), name, "an integer", value);
    return value.asLong();
  }

  public float number(String name, float otherwise) {
    JsonNode value = node(name);
    if (value == null) {
      return otherwise;
    }
    require(value.isNumber(), name, "a number", value);
    return (float) value.doubleValue();
  }

  /** A nested object's fields, or null when absent. */
  public @Nullable JsonFields object(String name) {
    JsonNode value = node(name);
    if (value == null) {
      return null;
    }
    require(value.isObject(), name, "an object", value);
    return new JsonFields(value, prefix + name + ".");
  }

  /** A string, or an array of strings. */
  public List<String> strings(String name) {
    JsonNode value = node(name);
    if (value == null) {
      return List.of();
    }
    if (value.isString()) {
      return List.of(value.asString());
    }
    require(value.isArray(), name, "a string or an array of strings", value);
    List<String> strings = new ArrayList<>();
    for (JsonNode item : value) {
      require(item.isString(), name, "a string or an array of strings", value);
      strings.add(item.asString());
    }
    return strings;
  }

  /** An array of token ids. */
  public int[] tokens(String name) {
    JsonNode value = node(name);
    if (value == null) {
      return new int[0];
    }
    require(value.isArray(), name, "an array of token ids", value);
    int[] tokens = new int[value.size()];
    for (int i = 0; i < tokens.length; i++) {
      JsonNode item = value.get(i);
      require(
          item.isIntegralNumber() && item.canConvertToInt(), name, "an array of token ids", value);
      tokens[i] = item.asInt();
    }
    return tokens;
  }

  /** An object of numbers by token id, as OpenAI's logit_bias. */
  public Map<Integer, Float> numbersByToken(String name) {
    JsonNode value = node(name);
    if (value == null) {
      return Map.of();
    }
    require(value.isObject(), name, "an object of numbers by token id", value);
    Map<Integer, Float> numbers = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      require(
          entry.getKey().matches("\\d{1,9}") && entry.getValue().isNumber(),
          name,
          "an object of numbers by token id",
          value);
      numbers.put(Integer.valueOf(entry.getKey()), (float) entry.getValue().doubleValue());
    }
    return numbers;
  }

  /** Whether a stream is to end with a chunk that tells the tokens used. */
  public boolean includesUsage() {
    JsonFields options = object("stream_options");
    return options != null && options.flag("include_usage", false);
  }

  /** The name by which messages call a field of this object. */
  public String path(String name) {
    return prefix + name;
  }

  private void require(boolean condition, String name, String what, JsonNode value) {
    if (!condition) {
      String shown = value.toString();
      throw new InvalidRequestException(
          path(name),
          path(name)
              + " must be "
              + what
              + ": "
              + path(name)
              + "="
              + (shown.length() > 80 ? shown.substring(0, 80) + "…" : shown));
    }
  }
}
