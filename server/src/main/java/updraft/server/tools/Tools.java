package updraft.server.tools;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import updraft.request.InvalidRequestException;
import updraft.server.openai.JsonFields;

/** A request's {@code tools}, {@code tool_choice} and {@code parallel_tool_calls}. Immutable. */
public final class Tools {
  private static final int MAX_TOOLS = 128;
  private static final String NAME = "[a-zA-Z0-9_-]{1,64}";

  private final List<Tool> tools;

  /** Those that must be called, one of them at least; empty when none must. */
  private final List<Tool> wanted;

  private final boolean parallel;

  private Tools(List<Tool> tools, List<Tool> wanted, boolean parallel) {
    this.tools = List.copyOf(tools);
    this.wanted = List.copyOf(wanted);
    this.parallel = parallel;
  }

  /**
   * Reads a request. Without tools, or when none may be called, there are none.
   *
   * @param plain a JSON value as maps, lists, texts, numbers and booleans
   * @throws InvalidRequestException by the field's name
   */
  public static Tools of(JsonFields body, Function<JsonNode, @Nullable Object> plain) {
    List<Tool> tools = new ArrayList<>();
    JsonNode array = body.node("tools");
    if (array != null && !array.isArray()) {
      throw new InvalidRequestException("tools", "tools must be an array of functions");
    }
    for (JsonNode node : array == null ? List.<JsonNode>of() : array) {
      tools.add(tool(node, "tools[" + tools.size() + "]", plain));
    }
    if (tools.size() > MAX_TOOLS) {
      throw new InvalidRequestException(
          "tools", "tools must hold at most " + MAX_TOOLS + " functions: tools=" + tools.size());
    }
    if (tools.stream().map(Tool::name).distinct().count() < tools.size()) {
      throw new InvalidRequestException("tools", "tools must have a name each, one has another's");
    }
    return chosen(tools, body);
  }

  @SuppressWarnings("unchecked") // names of JSON's objects are strings
  private static Tool tool(JsonNode node, String path, Function<JsonNode, @Nullable Object> plain) {
    JsonNode function = node.path("function");
    if (!"function".equals(node.path("type").asString("")) || !function.isObject()) {
      throw new InvalidRequestException(path, path + " must be of type function and have one");
    }
    JsonNode name = function.path("name");
    if (!name.isString() || !name.asString().matches(NAME)) {
      throw new InvalidRequestException(
          path + ".function.name",
          path + ".function.name must be 1 to 64 of a-z, A-Z, 0-9, _ and -: name=" + name);
    }
    JsonNode parameters = function.get("parameters");
    return new Tool(
        name.asString(),
        (Map<String, Object>) plainMap(plain.apply(node)),
        parameters == null || parameters.isNull() ? null : plain.apply(parameters),
        function.path("strict").asBoolean(false));
  }

  private static Map<?, ?> plainMap(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static Tools chosen(List<Tool> tools, JsonFields body) {
    boolean parallel = body.flag("parallel_tool_calls", true);
    JsonNode choice = body.node("tool_choice");
    if (choice != null && choice.isObject()) {
      String name = choice.path("function").path("name").asString("");
      List<Tool> one = tools.stream().filter(tool -> tool.name().equals(name)).toList();
      if (one.isEmpty()) {
        throw new InvalidRequestException(
            "tool_choice", "tool_choice must name one of the tools: function=" + name);
      }
      return new Tools(tools, one, false);
    }
    String word = body.string("tool_choice", "auto");
    return switch (String.valueOf(word)) {
      case "none" -> new Tools(List.of(), List.of(), parallel);
      case "auto" -> new Tools(tools, List.of(), parallel);
      case "required" -> {
        if (tools.isEmpty()) {
          throw new InvalidRequestException("tool_choice", "tool_choice=required needs tools");
        }
        yield new Tools(tools, tools, parallel);
      }
      default ->
          throw new InvalidRequestException(
              "tool_choice",
              "tool_choice must be none, auto, required or a function: tool_choice=" + word);
    };
  }

  public boolean isEmpty() {
    return tools.isEmpty();
  }

  /** As templates read them. */
  public List<Map<String, Object>> definitions() {
    return tools.stream().map(Tool::definition).toList();
  }

  public Set<String> names() {
    return tools.stream().map(Tool::name).collect(Collectors.toSet());
  }

  /**
   * The grammar of an answer that must call a tool, or null when it need not.
   *
   * @throws InvalidRequestException if a strict function's schema cannot be held to
   */
  public @Nullable String grammar(ToolCallStyle style) {
    return wanted.isEmpty() ? null : ToolCallGrammar.of(wanted, style, parallel);
  }
}
