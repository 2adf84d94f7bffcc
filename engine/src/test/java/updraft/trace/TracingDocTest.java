package updraft.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The tables of docs/tracing.md say what the code does. */
class TracingDocTest {
  private static final Path PAGE = Path.of("..", "docs", "tracing.md");

  @Test
  void namesEveryAttributeWithItsType() throws IOException, IllegalAccessException {
    Map<String, String> documented = new TreeMap<>();
    for (List<String> row : rows("## Attributes")) {
      documented.put(row.get(0).replace("`", ""), row.get(3));
      assertThat(row.get(2)).as("level of %s", row.get(0)).matches("[123]");
      assertThat(row.get(5)).as("example of %s", row.get(0)).isNotEmpty();
    }
    Map<String, String> coded = new TreeMap<>();
    for (Field field : SpanKeys.class.getDeclaredFields()) {
      if (field.getType() == AttributeKey.class) {
        AttributeKey<?> key = (AttributeKey<?>) field.get(null);
        coded.put(
            key.getKey(), key.getType().name().toLowerCase(Locale.ROOT).replace("_array", "[]"));
      }
    }

    assertThat(documented).isEqualTo(coded);
  }

  @Test
  void namesEveryStageWithItsLevelAndParent() throws IOException {
    Map<String, List<String>> documented = new TreeMap<>();
    for (List<String> row : rows("## Spans")) {
      documented.put(row.get(0).replace("`", ""), row);
    }
    for (Stage stage : Stage.values()) {
      Stage parent = stage.parent();
      if (parent != null) {
        List<String> row = documented.get(stage.spanName());
        assertThat(row).as(stage.spanName()).isNotNull();
        assertThat(row.get(1)).as(stage.spanName()).isEqualTo(String.valueOf(stage.level()));
        assertThat(row.get(2))
            .as(stage.spanName())
            .startsWith(parent == Stage.REQUEST ? "the request" : "`" + parent.spanName() + "`");
      }
    }
    assertThat(documented).hasSize(Stage.values().length + 2); // HTTP's and engine_step
  }

  /** Cells of the first table below a heading, its head left out. */
  private static List<List<String>> rows(String heading) throws IOException {
    return Files.readAllLines(PAGE).stream()
        .dropWhile(line -> !line.equals(heading))
        .dropWhile(line -> !line.startsWith("|---"))
        .skip(1)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> Arrays.stream(line.split("\\|")).skip(1).map(String::strip).toList())
        .toList();
  }
}
