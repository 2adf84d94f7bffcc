package updraft.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON as commands read and print it. */
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /** Prints a value on a line of its own. */
  static void print(Terminal terminal, Object value) {
    terminal.out().println(MAPPER.writeValueAsString(value));
    terminal.out().flush();
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
