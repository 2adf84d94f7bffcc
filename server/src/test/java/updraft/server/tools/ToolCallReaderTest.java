package updraft.server.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ToolCallReaderTest {
  private static @Nullable JsonNode parse(String text) {
    try {
      return JsonMapper.shared().readTree(text);
    } catch (JacksonException e) {
      return null;
    }
  }

  /** Content, then calls, of a text that comes in random pieces. */
  private static String read(ToolCallStyle style, String text, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ToolCallReader reader =
        new ToolCallReader(style, Set.of("f", "g"), ToolCallReaderTest::parse, false);
    StringBuilder content = new StringBuilder();
    List<Object> calls = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int end = Math.min(text.length(), at + random.nextInt(1, 12));
      ToolCallReader.Found found = reader.append(text.substring(at, end));
      content.append(found.content());
      calls.addAll(found.calls());
      at = end;
    }
    ToolCallReader.Found rest = reader.finish();
    content.append(rest.content());
    calls.addAll(rest.calls());
    return content + "|" + String.join(",", calls.stream().map(Object::toString).toList());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "TAGGED ~ just text < and <tool_ ~ just text < and <tool_|",
        "TAGGED ~ first <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": 1}}</tool_call> ~ first"
            + " |Call[name=f, arguments={\"a\":1}]",
        "TAGGED ~ <tool_call>{\"name\":\"f\"}</tool_call> <tool_call>{\"name\":\"g\",\"arguments\":"
            + "{}}</tool_call> end ~ end|Call[name=f, arguments={}],Call[name=g, arguments={}]",
        "TAGGED ~ <tool_call>{\"name\":\"f\",\"arguments\":{}} ~ |Call[name=f, arguments={}]",
        "TAGGED ~ <tool_call>{\"name\":\"f\",\"arg ~ <tool_call>{\"name\":\"f\",\"arg|",
        "TAGGED ~ <tool_call>{\"name\":\"unknown\"}</tool_call>! ~"
            + " <tool_call>{\"name\":\"unknown\"}</tool_call>!|",
        "TAGGED ~ <tool_call>{\"name\":\"f\",\"arguments\":\"x\"}</tool_call> ~"
            + " <tool_call>{\"name\":\"f\",\"arguments\":\"x\"}</tool_call>|",
        "BARE ~ {\"name\": \"f\", \"parameters\": {\"a\": [1]}} ~ |Call[name=f,"
            + " arguments={\"a\":[1]}]",
        "BARE ~ text {\"name\": \"f\"} ~ text {\"name\": \"f\"}|",
        "BARE ~ {\"name\": 3} ~ {\"name\": 3}|",
      })
  void findsCallsHoweverTheTextComes(ToolCallStyle style, String text, String expected) {
    for (int seed = 0; seed < 20; seed++) {
      assertThat(read(style, text, seed)).isEqualTo(expected);
    }
  }

  @Test
  void textIsPassedOnAsSoonAsItCannotBeATag() {
    ToolCallReader reader =
        new ToolCallReader(ToolCallStyle.TAGGED, Set.of(), ToolCallReaderTest::parse, false);
    assertThat(reader.append("a <tool").content()).isEqualTo("a ");
    assertThat(reader.append("s>").content()).isEqualTo("<tools>");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "TAGGED ~ a <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": {\"b\": \"}\\\"{\"}}}</tool_call>"
            + "<tool_call>{\"name\":\"g\",\"arguments\":{}}</tool_call> b ~ a b|f{\"a\":"
            + " {\"b\": \"}\\\"{\"}};g{};",
        "TAGGED ~ <tool_call>{\"name\": \"f\", \"arguments\": {\"a\": [1, ~ |f{\"a\": [1,;",
        "TAGGED ~ <tool_call>{\"arguments\": {\"a\": 1}, \"name\": \"f\"}</tool_call> ~"
            + " |f{\"a\":1};",
        "TAGGED ~ <tool_call>{\"name\": \"h\", \"arguments\": {}}</tool_call> ~ <tool_call>{\"name\":"
            + " \"h\", \"arguments\": {}}</tool_call>|",
        "BARE ~ {\"name\": \"f\", \"parameters\": {\"a\": 1}} ~ |f{\"a\": 1};",
        "BARE ~ {\"name\": \"h\", \"parameters\": {}} ~ {\"name\": \"h\", \"parameters\": {}}|",
      })
  void passesCallsOnAsTheyAreWritten(ToolCallStyle style, String text, String expected) {
    for (int seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ToolCallReader reader =
          new ToolCallReader(style, Set.of("f", "g"), ToolCallReaderTest::parse, true);
      List<ToolCallReader.Found> all = new ArrayList<>();
      for (int at = 0; at < text.length(); ) {
        int end = Math.min(text.length(), at + random.nextInt(1, 12));
        all.add(reader.append(text.substring(at, end)));
        at = end;
      }
      all.add(reader.finish());
      StringBuilder content = new StringBuilder();
      StringBuilder calls = new StringBuilder();
      for (ToolCallReader.Found found : all) {
        content.append(found.content());
        for (ToolCallReader.Call call : found.calls()) {
          calls.append(call.name() == null ? "" : (calls.isEmpty() ? "" : ";") + call.name());
          calls.append(call.arguments());
        }
      }
      assertThat(content + "|" + calls + (calls.isEmpty() ? "" : ";")).isEqualTo(expected);
    }
  }

  @Test
  void argumentsComeInPieces() {
    ToolCallReader reader =
        new ToolCallReader(ToolCallStyle.TAGGED, Set.of("f"), ToolCallReaderTest::parse, true);
    assertThat(reader.append("<tool_call>{\"name\": \"f\", \"argum").calls()).isEmpty();
    assertThat(reader.append("ents\": {\"a\"").calls())
        .containsExactly(new ToolCallReader.Call("f", "{\"a\""));
    assertThat(reader.append(": 1").calls()).containsExactly(new ToolCallReader.Call(null, ": 1"));
    assertThat(reader.append("}}</tool").calls())
        .containsExactly(new ToolCallReader.Call(null, "}"));
    assertThat(reader.append("_call>").isEmpty()).isTrue();
  }
}
