package updraft.text.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JinjaTemplateTest {
  private static final JsonMapper JSON = new JsonMapper();

  /** The time that the goldens were printed at. */
  private static final Clock CLOCK =
      Clock.fixed(
          LocalDateTime.of(2025, 3, 9, 8, 5, 2, 123_456_000).toInstant(ZoneOffset.UTC),
          ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> printsWhatJinja2Prints() throws IOException {
    JsonNode golden = golden();
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode expected : golden.get("cases")) {
      String source = expected.get("template").asString();
      tests.add(
          DynamicTest.dynamicTest(
              source.isEmpty() ? "(empty)" : source, () -> check(source, expected, golden)));
    }
    return tests.stream();
  }

  private static void check(String source, JsonNode expected, JsonNode golden) {
    Map<String, Object> variables = values(golden.get("variables"));
    if (expected.has("error")) {
      assertThatThrownBy(() -> JinjaTemplate.parse(source).render(variables, CLOCK))
          .as(expected.get("error").asString())
          .isInstanceOf(TemplateException.class);
    } else {
      assertThat(JinjaTemplate.parse(source).render(variables, CLOCK))
          .isEqualTo(expected.get("output").asString());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        "a\\n {{ x.y }} ! line 2, column 7: 'x' is undefined",
        "{{ m.k.j }} ! line 1, column 8: 'dict' has no attribute 'k'",
        "{{ 'a' + 1 }} ! line 1, column 8: '+' cannot be applied to 'str' and 'int'",
        "{{ 1 // 0 }} ! line 1, column 6: a divisor must not be zero",
        "{{ 1 | nosuch }} ! line 1, column 8: unknown filter 'nosuch'",
        "{{ 1 is nosuch }} ! line 1, column 6: unknown test 'nosuch'",
        "{% include 'x' %} ! line 1, column 4: unknown statement 'include'",
        "{% if m %}a ! line 1, column 11: a block must end with 'endif'",
        "{{ (1 }} ! line 1, column 7: unexpected '}'",
        "{{ 1 1 }} ! line 1, column 6: expected '}}' but found '1'",
        "{{ 99999999999999999999 }} ! line 1, column 4: an integer must fit in 64 bits: 99999999999999999999",
        "{{ 9223372036854775807 + 1 }} ! line 1, column 24: an integer must fit in 64 bits",
        "{% set m.x = 1 %} ! line 1, column 4: only fields of a namespace can be assigned: 'm.x'",
        "{{ m | trim(1, 2) }} ! line 1, column 8: 'trim' takes at most 2 values: 3",
        "{{ 'a' | replace('b') }} ! line 1, column 10: 'replace' needs 'new'",
        "{% for x in xs recursive %}{% endfor %} ! line 1, column 16: recursive loops are not supported",
      })
  void namesWhatIsWrongAndWhere(String source, String message) {
    assertThatThrownBy(
            () -> JinjaTemplate.parse(source.replace("\\n", "\n")).render(Map.of("m", Map.of())))
        .isInstanceOf(TemplateException.class)
        .hasMessage("chat template, " + message);
  }

  @Test
  void passesOnTheTemplatesOwnRefusalInOneLine() {
    JinjaTemplate template =
        JinjaTemplate.parse("\n{{ raise_exception('Roles must\n alternate') }}");

    assertThatThrownBy(() -> template.render(Map.of()))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> {
              assertThat(e).hasMessage("Roles must alternate");
              assertThat(e.raised()).isTrue();
              assertThat(e.line()).isEqualTo(2);
            });
  }

  @Test
  void neverInterpretsValues() {
    String hostile = "{{ 7*7 }}{% raw %}{# x #}";

    assertThat(
            JinjaTemplate.parse("{{ a }}{{ b[0] | trim }}{{ c.d ~ '' }}")
                .render(Map.of("a", hostile, "b", List.of(hostile), "c", Map.of("d", hostile))))
        .isEqualTo(hostile.repeat(3));
  }

  @Test
  void reachesNoJavaObject() {
    assertThat(
            JinjaTemplate.parse(
                    "{{ s.getClass }}{{ s.bytes }}{{ m.size }}{{ xs.class }}{{ s['class'] }}")
                .render(Map.of("s", "text", "m", Map.of("a", 1), "xs", List.of(1))))
        .isEmpty();
    assertThatThrownBy(() -> JinjaTemplate.parse("{{ x }}").render(Map.of("x", new Object())))
        .hasMessageContaining(
            "a variable must be text, a number, a boolean, null, a list or a map");
  }

  @Test
  void leavesTheCallersDataAlone() {
    List<Object> list = new ArrayList<>(List.of(1));
    JinjaTemplate template = JinjaTemplate.parse("{% set a = x.append(2) %}{{ x }}");

    assertThat(template.render(Map.of("x", list))).isEqualTo("[1, 2]");
    assertThat(template.render(Map.of("x", list))).isEqualTo("[1, 2]");
    assertThat(list).containsExactly(1);
  }

  @Test
  void acceptsNumbersOfEveryKindAndNull() {
    Map<String, Object> variables = new HashMap<>();
    variables.put(
        "a", List.of(1, 2L, 3.5f, 4.5, new java.math.BigInteger("123456789012345678901")));
    variables.put("b", null);

    assertThat(JinjaTemplate.parse("{{ a }} {{ b }} {{ a | tojson }}").render(variables))
        .isEqualTo(
            "[1, 2, 3.5, 4.5, 123456789012345678901] None"
                + " [1, 2, 3.5, 4.5, 123456789012345678901]");
  }

  @TestFactory
  Stream<DynamicTest> endsHostileTemplatesWithAnError() {
    return Stream.of(
            "{{ " + "(".repeat(100_000),
            "{{ " + "[".repeat(5_000) + "]".repeat(5_000) + " }}",
            "{{ " + "not ".repeat(100_000) + "1 }}",
            "{{ " + "-".repeat(100_000) + "1 }}",
            "{{ 1" + " + 1".repeat(50_000) + " }}",
            "{{ x" + ".a".repeat(50_000) + " }}",
            "{{ 1" + " if 1 else 1".repeat(50_000) + " }}",
            "{% if 1 %}".repeat(50_000),
            "{% for a in x %}".repeat(50_000),
            "{% set " + "(".repeat(50_000),
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro m(a=m()) %}{% endmacro %}{{ m() }}",
            "{% set x = [] %}{% set y = x.append(x) %}{{ x }}",
            "{% set x = [] %}{% set y = x.append(x) %}{{ x | tojson }}",
            "{% set x = [] %}{% set y = x.append(x) %}{% set z = [] %}{% set y = z.append(z) %}{{ x == z }}",
            "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
            "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
            "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
            "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
            "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x = n.x | replace('a', 'aaaaaaaa') %}{% endfor %}",
            "{% set n = namespace(x='a') %}{% for i in range(60) %}{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
            "{{ 'x' * 9223372036854775807 }}",
            "{{ [1] * 9000000000000000000 }}",
            "{{ 'x'.rjust(2000000000) }}",
            "{{ '%999999999s' % 'x' }}",
            "{{ '%.999999999f' % 1 }}",
            "{{ 'a' | indent(2000000000, true) }}",
            "{{ [[1]] | tojson(indent=2000000000) }}"
                + "{{ range(100000) | list | tojson(indent=1000) }}",
            "{{ [1] | batch(16000000, 0) | list }}",
            "{{ range(100000000) }}",
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
            "{% for a in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' * 9 }}{% endfor %}",
            "{% set s = 'ab' * 1000000 %}{% for a in range(99999) %}{{ 'ba' in s and s == s and s.find('c') }}{% endfor %}",
            "{% set x = [] %}{% for a in range(9) %}{% for b in range(99999) %}{% set y = x.append(b) %}{% endfor %}{% endfor %}"
                + "{% for a in range(99999) %}{{ x | sort }}{% endfor %}",
            "{{ 2 ** 100000000 }}",
            "{{ 10 ** 400.0 | int }}",
            "{{ 1 }}".repeat(200_000))
        .map(
            source ->
                DynamicTest.dynamicTest(
                    source.substring(0, Math.min(80, source.length())),
                    () -> checkHostile(source)));
  }

  /** Renders on a thread with half the ordinary stack, the template's work bounded by itself. */
  private static void checkHostile(String source) throws InterruptedException {
    List<Throwable> thrown = new ArrayList<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                JinjaTemplate.parse(source).render(Map.of("x", List.of(1)));
              } catch (Throwable e) {
                thrown.add(e);
              }
            },
            "hostile template",
            512 * 1024);
    thread.start();
    thread.join(30_000);
    assertThat(thread.isAlive()).as("still running").isFalse();
    assertThat(thrown).singleElement().isInstanceOf(TemplateException.class);
    assertThat(thrown.getFirst().getMessage()).doesNotContain("\n").hasSizeLessThan(300);
  }

  @Test
  void rendersLongConversationsWellWithinItsLimits() {
    List<Object> messages = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      messages.add(
          Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "word ".repeat(200)));
    }
    String source =
        """
        {%- for m in messages[::-1] %}{% if m.role == 'user' and m.content is string and not m.content.startswith('<x>') %}{% endif %}{% endfor %}
        {%- for m in messages %}{{ '<|' + m.role + '|>' + m.content.split('</think>')[-1].lstrip('\\n') | trim + '\\n' }}{% endfor %}
        """;

    assertThat(JinjaTemplate.parse(source).render(Map.of("messages", messages)))
        .hasSizeGreaterThan(1_000_000);
  }

  private static JsonNode golden() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            JinjaTemplateTest.class.getResourceAsStream("/templates/golden-snippets.json"))) {
      return JSON.readTree(in);
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> values(JsonNode node) {
    return JSON.convertValue(node, Map.class);
  }
}
