package updraft.server.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import updraft.request.InvalidRequestException;
import updraft.text.ChatMessage;

/** Earlier calls in a conversation, as templates want them. */
public final class ToolMessages {
  private ToolMessages() {}

  /**
   * Messages whose calls have their arguments as a map, which templates write as JSON themselves;
   * OpenAI's clients send them as text.
   *
   * @param parse a JSON object's members, or null for what is none
   */
  public static List<ChatMessage> withArguments(
      List<ChatMessage> messages, Function<String, @Nullable Map<String, Object>> parse) {
    List<ChatMessage> result = new ArrayList<>();
    for (ChatMessage message : messages) {
      Object calls = message.fields().get("tool_calls");
      if (calls instanceof List<?> list && !list.isEmpty()) {
        String path = "messages[" + result.size() + "].tool_calls";
        Map<String, Object> fields = new LinkedHashMap<>(message.fields());
        fields.put("tool_calls", list.stream().map(call -> call(call, path, parse)).toList());
        result.add(new ChatMessage(fields));
      } else {
        result.add(message);
      }
    }
    return result;
  }

  private static Map<String, Object> call(
      @Nullable Object call, String path, Function<String, @Nullable Map<String, Object>> parse) {
    if (!(call instanceof Map<?, ?> fields)
        || !(fields.get("function") instanceof Map<?, ?> function)
        || !(function.get("name") instanceof String)) {
      throw new InvalidRequestException(path, path + " must hold calls of functions with a name");
    }
    Map<String, Object> copy = strings(fields);
    Map<String, Object> functionCopy = strings(function);
    if (function.get("arguments") instanceof String text) {
      Map<String, Object> arguments = text.isBlank() ? Map.of() : parse.apply(text);
      if (arguments == null) {
        throw new InvalidRequestException(
            path, path + " must have arguments that are JSON objects");
      }
      functionCopy.put("arguments", arguments);
    }
    copy.put("function", functionCopy);
    return copy;
  }

  private static Map<String, Object> strings(Map<?, ?> map) {
    Map<String, Object> copy = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (value != null) {
            copy.put(String.valueOf(key), value);
          }
        });
    return copy;
  }
}
