package updraft.text;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A message of a conversation, as the fields that chat templates read: {@code role}, {@code
 * content} (text, or a list of content parts), {@code tool_calls}, {@code name}, {@code
 * tool_call_id} and whatever else a model's template knows.
 *
 * <p>A field that is null counts as absent, since templates test for presence. The {@code
 * arguments} of a tool call should be a map: most templates write them as JSON themselves.
 *
 * @param fields text, numbers, booleans, and lists and maps of these, in the sender's order
 */
public record ChatMessage(Map<String, Object> fields) {
  /**
   * @throws IllegalArgumentException if there is no role
   */
  public ChatMessage {
    if (!(fields.get("role") instanceof String role) || role.isEmpty()) {
      throw new IllegalArgumentException("a message must have a role: role=" + fields.get("role"));
    }
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** A message of any fields; those that are null are left out. */
  public static ChatMessage of(Map<String, ? extends @Nullable Object> fields) {
    Map<String, Object> present = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> {
          if (value != null) {
            present.put(name, value);
          }
        });
    return new ChatMessage(present);
  }

  /** A message of plain text. */
  public static ChatMessage of(String role, String content) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return new ChatMessage(fields);
  }

  public static ChatMessage system(String content) {
    return of("system", content);
  }

  public static ChatMessage user(String content) {
    return of("user", content);
  }

  public static ChatMessage assistant(String content) {
    return of("assistant", content);
  }

  public String role() {
    return (String) Objects.requireNonNull(fields.get("role"));
  }
}
