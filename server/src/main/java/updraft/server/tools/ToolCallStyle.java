package updraft.server.tools;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** How a model writes its calls, told by what its template shows it. */
public enum ToolCallStyle {
  /** {@code <tool_call>{"name": …, "arguments": …}</tool_call>}, as Hermes and Qwen. */
  TAGGED("<tool_call>", "</tool_call>", "arguments"),

  /** {@code {"name": …, "parameters": …}} and nothing else, as Llama 3. */
  BARE("", "", "parameters");

  final String open;
  final String close;
  final String argumentsField;

  ToolCallStyle(String open, String close, String argumentsField) {
    this.open = open;
    this.close = close;
    this.argumentsField = argumentsField;
  }

  /** The style of a chat template, or null if it shows no tools, or shows them in another way. */
  public static @Nullable ToolCallStyle of(String template) {
    if (!template.contains("tools")) {
      return null;
    }
    if (template.contains("<tool_call>")) {
      return TAGGED;
    }
    return template.contains("\"parameters\"") ? BARE : null;
  }

  /**
   * The calls of one answer, as its text arrives.
   *
   * @param streams whether calls are passed on in pieces
   */
  public ToolCallReader reader(
      Tools tools, Function<String, @Nullable JsonNode> parse, boolean streams) {
    return new ToolCallReader(this, tools.names(), parse, streams);
  }
}
