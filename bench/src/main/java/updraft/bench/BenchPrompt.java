package updraft.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A user's message and the kind of text that answers it.
 *
 * @param category e.g. {@code code-edit}; results are shown by it
 */
public record BenchPrompt(String category, String prompt) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  public BenchPrompt {
    if (category == null || category.isBlank() || prompt == null || prompt.isBlank()) {
      throw new IllegalArgumentException(
          "a prompt must have category and prompt: category=" + category + ", prompt=" + prompt);
    }
  }

  /** The sixteen that come with this module, in four categories. */
  public static List<BenchPrompt> standard() {
    try (InputStream in = BenchPrompt.class.getResourceAsStream("prompts.json")) {
      return List.of(MAPPER.readValue(requireNonNull(in), BenchPrompt[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A file of the same form: an array of objects with {@code category} and {@code prompt}.
   *
   * @throws BenchException if it is not of that form or holds no prompt
   */
  public static List<BenchPrompt> read(Path file) throws IOException, BenchException {
    List<BenchPrompt> prompts;
    try {
      prompts = List.of(MAPPER.readValue(Files.readAllBytes(file), BenchPrompt[].class));
    } catch (JacksonException | NullPointerException e) {
      throw new BenchException(
          "prompts must be a JSON array of objects with category and prompt: file="
              + file
              + ", "
              + (e instanceof JacksonException json ? json.getOriginalMessage() : "null element"));
    }
    if (prompts.isEmpty()) {
      throw new BenchException("prompts must not be empty: file=" + file);
    }
    return prompts;
  }
}
