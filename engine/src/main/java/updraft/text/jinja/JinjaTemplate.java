package updraft.text.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A parsed template, with the settings and functions that Hugging Face gives chat templates ({@code
 * trim_blocks}, {@code lstrip_blocks}, {@code break} and {@code continue}, {@code raise_exception},
 * {@code strftime_now}, {@code generation} blocks and its own {@code tojson}).
 *
 * <pre>{@code
 * JinjaTemplate hello = JinjaTemplate.parse("Hello {{ name }}!");
 * hello.render(Map.of("name", "{{ 7*7 }}")); // Hello {{ 7*7 }}!
 * }</pre>
 *
 * <p>Values are data: text in them is never parsed. Templates are untrusted: whatever they do ends,
 * at worst in a {@link TemplateException}. Immutable and safe for use by many threads.
 *
 * <p>Follows Jinja 3.1, except that integers have 64 bits, that lazy filters and views of dicts are
 * lists, that lists can {@code append}, that {@code 1} and {@code true} are different keys, and
 * that nothing is ever marked as safe HTML.
 */
public final class JinjaTemplate {
  private static final int MAX_LENGTH = 1 << 20;

  private final String source;
  private final List<Stmt> body;

  private JinjaTemplate(String source, List<Stmt> body) {
    this.source = source;
    this.body = body;
  }

  /**
   * @throws TemplateException if the template is malformed or longer than a million characters
   */
  public static JinjaTemplate parse(String source) {
    String normalised = withoutLastNewline(source.replace("\r\n", "\n").replace('\r', '\n'));
    try {
      if (normalised.length() > MAX_LENGTH) {
        throw new Fault(
            "a template must have at most " + MAX_LENGTH + " characters: " + normalised.length(),
            0);
      }
      return new JinjaTemplate(normalised, Parser.parse(normalised));
    } catch (Fault fault) {
      throw new TemplateException(fault, normalised);
    }
  }

  /**
   * @throws TemplateException if the template cannot be rendered with these variables
   */
  public String render(Map<String, ? extends @Nullable Object> variables) {
    return render(variables, Clock.systemDefaultZone());
  }

  /**
   * @param variables text, numbers, booleans, null, and lists and maps of these
   * @param clock what {@code strftime_now} reads
   * @throws TemplateException if the template cannot be rendered with these variables
   */
  public String render(Map<String, ? extends @Nullable Object> variables, Clock clock) {
    Rendering rendering = new Rendering(clock);
    try {
      Scope scope = Globals.scope().inner();
      variables.forEach((name, value) -> scope.set(name, Values.of(value, rendering)));
      new Statements(rendering).run(body, scope);
      return rendering.output();
    } catch (Fault fault) {
      throw new TemplateException(fault.placed(rendering.at()), source);
    }
  }

  private static String withoutLastNewline(String source) {
    return source.endsWith("\n") ? source.substring(0, source.length() - 1) : source;
  }
}
