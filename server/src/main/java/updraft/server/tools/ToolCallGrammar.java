package updraft.server.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import updraft.request.InvalidRequestException;
import updraft.sample.grammar.JsonSchemaGrammar;

/** The grammar of calls: of each tool its name, and arguments that its schema accepts. */
final class ToolCallGrammar {
  private static final Map<String, Object> ANY_OBJECT = Map.of("type", "object");

  /** As OpenAI has it: a function without parameters takes none. */
  private static final Map<String, Object> NO_ARGUMENTS =
      Map.of("type", "object", "additionalProperties", false);

  private ToolCallGrammar() {}

  static String of(List<Tool> tools, ToolCallStyle style, boolean parallel) {
    Map<String, Object> definitions = new LinkedHashMap<>();
    List<Object> calls = new ArrayList<>();
    for (Tool tool : tools) {
      String definition = "tool" + calls.size();
      definitions.put(definition, moved(schema(tool), "#/$defs/" + definition));
      calls.add(
          Map.of(
              "type", "object",
              "properties", members(tool, style, definition),
              "required", List.of("name", style.argumentsField)));
    }
    String call = JsonSchemaGrammar.of(Map.of("anyOf", calls, "$defs", definitions), "call");
    if (style == ToolCallStyle.BARE) {
      return "root ::= call\n" + call;
    }
    String one = "\"<tool_call>\\n\" call \"\\n</tool_call>\"";
    return "root ::= " + one + (parallel ? " (\"\\n\" " + one + "){0,15}" : "") + "\n" + call;
  }

  private static Map<String, Object> members(Tool tool, ToolCallStyle style, String definition) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("name", Map.of("const", tool.name()));
    members.put(style.argumentsField, Map.of("$ref", "#/$defs/" + definition));
    return members;
  }

  /** What arguments are held to: of a tool that is not strict only what a grammar can hold. */
  private static Object schema(Tool tool) {
    if (tool.parameters() == null) {
      return NO_ARGUMENTS;
    }
    try {
      JsonSchemaGrammar.of(tool.parameters(), "arguments");
      return tool.parameters();
    } catch (InvalidRequestException e) {
      if (tool.strict()) {
        throw new InvalidRequestException("tools", tool.name() + ": " + e.getMessage());
      }
      return ANY_OBJECT;
    }
  }

  /** A schema whose references name places within it, for another place of its root. */
  private static @Nullable Object moved(@Nullable Object schema, String root) {
    return switch (schema) {
      case Map<?, ?> map -> {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach(
            (key, value) ->
                copy.put(
                    String.valueOf(key),
                    "$ref".equals(key) && value instanceof String reference
                        ? root + reference.substring(1)
                        : moved(value, root)));
        yield copy;
      }
      case List<?> list -> {
        List<@Nullable Object> copy = new ArrayList<>();
        list.forEach(item -> copy.add(moved(item, root)));
        yield copy;
      }
      case null, default -> schema;
    };
  }
}
