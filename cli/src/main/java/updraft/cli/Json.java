package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON as commands read and print it. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /** Prints a value on a line of its own. */
  static void print(Terminal terminal, Object value) {
    terminal.out().println(MAPPER.writeValueAsString(value));
    terminal.out().flush();
  }

  /** Prints an object with some more fields. */
  static void print(Terminal terminal, Object object, Map<String, Object> more) {
    ObjectNode whole = MAPPER.valueToTree(object);
    more.forEach((name, value) -> whole.set(name, MAPPER.valueToTree(value)));
    print(terminal, whole);
  }

  /**
   * @throws CommandException if it is none
   */
  static JsonNode parse(String text, String from) throws CommandException {
    try {
      return MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new CommandException("the answer must be JSON: from=" + from);
    }
  }

  static JsonNode read(Path file) throws IOException, CommandException {
    try {
      return MAPPER.readTree(Files.readAllBytes(file));
    } catch (JacksonException e) {
      throw new CommandException(
          "file must be JSON: file="
              + file
              + ", line="
              + e.getLocation().getLineNr()
              + ", column="
              + e.getLocation().getColumnNr()
              + ", "
              + e.getOriginalMessage());
    }
  }

  /** A JSON value as maps, lists, strings, numbers, booleans and nulls. */
  static Object plain(JsonNode node) {
    return MAPPER.convertValue(node, Object.class);
  }
}
