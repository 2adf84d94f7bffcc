package updraft.bench;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A user's message and the kind of text that answers it.
 *
 * @param category e.g. {@code code-edit}; results are shown by it
 * @param prompt what is asked
 * @param text what it is asked about, or null
 */
public record BenchPrompt(String category, String prompt, @Nullable String text) {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  public BenchPrompt {
    if (category == null || category.isBlank() || prompt == null || prompt.isBlank()) {
      throw new IllegalArgumentException(
          "a prompt must have category and prompt: category=" + category + ", prompt=" + prompt);
    }
  }

  public BenchPrompt(String category, String prompt) {
    this(category, prompt, null);
  }

  /** What a model that chats is asked. */
  public String message() {
    return text == null ? prompt : prompt + "\n\n" + text;
  }

  /** What a model that does not chat goes on with. */
  public String beginning() {
    return text == null ? prompt : text;
  }

  /** The first so many of each category. */
  public static List<BenchPrompt> first(int perCategory, List<BenchPrompt> prompts) {
    Map<String, Integer> counts = new HashMap<>();
    return prompts.stream()
        .filter(prompt -> counts.merge(prompt.category(), 1, Integer::sum) <= perCategory)
        .toList();
  }

  /** Those that come with this module: ten or more in each of seven categories. */
  public static List<BenchPrompt> standard() {
    try (InputStream in = BenchPrompt.class.getResourceAsStream("prompts.json")) {
      return List.of(MAPPER.readValue(requireNonNull(in), BenchPrompt[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A file of the same form: an array of objects with {@code category}, {@code prompt} and, if
   * there is one, {@code text}.
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
