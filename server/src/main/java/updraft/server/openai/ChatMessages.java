package updraft.server.openai;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.request.InvalidRequestException;
import updraft.text.ChatMessage;

/** OpenAI's {@code messages}, as chat templates read them. */
public final class ChatMessages {
  /** Templates build control tokens from roles, so no other word may be one. */
  private static final Set<String> ROLES =
      new LinkedHashSet<>(List.of("system", "developer", "user", "assistant", "tool", "function"));

  private ChatMessages() {}

  /**
   * Checks messages and flattens contents that come as text parts. A developer is a system, which
   * is the name that templates know.
   *
   * @param plain turns other fields (tool calls, names) into plain values
   */
  public static List<ChatMessage> of(
      @Nullable JsonNode messages, Function<JsonNode, @Nullable Object> plain) {
    if (messages == null || !messages.isArray() || messages.isEmpty()) {
      throw refused("messages", "messages must be an array of at least one message");
    }
    List<ChatMessage> result = new ArrayList<>();
    for (JsonNode message : messages) {
      result.add(message(message, "messages[" + result.size() + "]", plain));
    }
    return result;
  }

  private static ChatMessage message(
      JsonNode message, String path, Function<JsonNode, @Nullable Object> plain) {
    if (!message.isObject()) {
      throw refused(path, path + " must be an object");
    }
    JsonNode role = message.path("role");
    if (!role.isString() || !ROLES.contains(role.asString())) {
      throw refused(
          path + ".role",
          path + ".role must be one of " + String.join(", ", ROLES) + ": role=" + role);
    }
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : message.properties()) {
      fields.put(field.getKey(), plain.apply(field.getValue()));
    }
    if (role.asString().equals("developer")) {
      fields.put("role", "system");
    }
    fields.put("content", content(message.get("content"), path + ".content"));
    return ChatMessage.of(fields);
  }

  /**
   * A content's text: a string, or text parts one after the other; absent is empty.
   *
   * @param path what messages call it
   */
  public static String content(@Nullable JsonNode content, String path) {
    if (content == null || content.isNull()) {
      return "";
    }
    if (content.isString()) {
      return content.asString();
    }
    if (!content.isArray()) {
      throw refused(path, path + " must be a string or an array of text parts");
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : content) {
      JsonNode value = part.get("text");
      if (value == null || !value.isString()) {
        throw refused(path, path + " must hold text parts only: part=" + part.path("type"));
      }
      text.append(value.asString());
    }
    return text.toString();
  }

  private static InvalidRequestException refused(String field, String message) {
    return new InvalidRequestException(field, message);
  }
}
