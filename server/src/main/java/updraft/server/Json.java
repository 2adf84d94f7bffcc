package updraft.server;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import updraft.server.openai.JsonFields;

/** Reading and writing JSON, with bounds on what is read. */
final class Json {
  private static final int MAX_DEPTH = 64;

  private final JsonMapper mapper =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
                  .build())
          .build();

  /**
   * The fields of a JSON object.
   *
   * @throws ApiException with the place of the error
   */
  JsonFields parse(byte[] body) {
    JsonNode node;
    try {
      node = mapper.readTree(body);
    } catch (JacksonException e) {
      throw ApiException.badRequest(null, "the body must be JSON: " + where(e));
    }
    if (node == null || !node.isObject()) {
      throw ApiException.badRequest(null, "the body must be a JSON object");
    }
    return new JsonFields(node);
  }

  private static String where(JacksonException e) {
    String message = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    String ours = message.replaceAll(", from `[^`]*`", ""); // the name of a Java method
    TokenStreamLocation at = e.getLocation(); // absent when a bound is exceeded
    return at == null
        ? ours
        : ours + " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
  }

  /** A JSON value as maps, lists, strings, numbers, booleans and nulls. */
  @Nullable Object plain(JsonNode node) {
    return mapper.convertValue(node, Object.class);
  }

  /** A JSON object as a map; its nulls are left out. */
  Map<String, Object> map(JsonNode object) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      Object value = plain(field.getValue());
      if (value != null) {
        map.put(field.getKey(), value);
      }
    }
    return map;
  }

  /** A value that becomes a JSON object, as one that fields can be added to. */
  ObjectNode object(Object value) {
    return (ObjectNode) tree(value);
  }

  JsonNode tree(Object value) {
    return mapper.valueToTree(value);
  }

  /** A JSON object, or null for anything else. */
  @Nullable JsonNode objectOrNull(String text) {
    try {
      JsonNode node = mapper.readTree(text);
      return node != null && node.isObject() ? node : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  String text(Object value) {
    return mapper.writeValueAsString(value);
  }

  byte[] bytes(Object value) {
    return mapper.writeValueAsBytes(value);
  }

  void answer(Context context, Object value) {
    context.contentType("application/json").result(bytes(value));
  }
}
