package updraft.text;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import updraft.model.GgufFile;
import updraft.text.jinja.JinjaTemplate;

/**
 * A model's own way of writing a conversation as one prompt. Immutable and thread-safe.
 *
 * <p>A model without a template has none made up for it: see {@link #find} and {@link #missing}.
 */
public final class ChatTemplate {
  private static final String KEY = "tokenizer.chat_template";

  private final String source;
  private final JinjaTemplate template;
  private final String bosToken;
  private final String eosToken;

  private final Clock clock;

  private ChatTemplate(
      String source, JinjaTemplate template, String bosToken, String eosToken, Clock clock) {
    this.source = source;
    this.template = template;
    this.bosToken = bosToken;
    this.eosToken = eosToken;
    this.clock = clock;
  }

  /**
   * @param source a template in Jinja, as Hugging Face keeps them
   * @param bosToken spelling of the beginning-of-sequence token; empty for none
   * @param eosToken spelling of the end-of-sequence token; empty for none
   * @throws updraft.text.jinja.TemplateException if the template is malformed
   */
  public static ChatTemplate of(String source, String bosToken, String eosToken) {
    return new ChatTemplate(
        source, JinjaTemplate.parse(source), bosToken, eosToken, Clock.systemDefaultZone());
  }

  /**
   * The template that a model file brings, or none.
   *
   * @throws updraft.text.jinja.TemplateException if the file's template is malformed
   * @throws updraft.model.GgufException if its key has another type
   */
  public static Optional<ChatTemplate> find(GgufFile file, Tokenizer tokenizer) {
    return file.contains(KEY)
        ? Optional.of(
            of(
                file.string(KEY),
                spelling(tokenizer, tokenizer.bosToken()),
                spelling(tokenizer, tokenizer.eosToken())))
        : Optional.empty();
  }

  /** As it was written; tells what a model has been shown. */
  public String source() {
    return source;
  }

  /** The same template, reading the date from another clock. */
  public ChatTemplate withClock(Clock other) {
    return new ChatTemplate(source, template, bosToken, eosToken, other);
  }

  /** The sentence that refuses messages for a model without a template. */
  public static String missing(String model) {
    return "a model must bring a chat template ("
        + KEY
        + ") to answer messages: model="
        + model
        + "; give it a plain prompt instead";
  }

  /**
   * The prompt of a conversation.
   *
   * @param tools descriptions of functions in OpenAI's form; empty for none
   * @param addGenerationPrompt whether the prompt ends where the assistant's answer begins
   * @param extra further variables of the template, such as {@code enable_thinking}; they do not
   *     replace those above
   * @throws updraft.text.jinja.TemplateException if the template refuses the conversation or fails;
   *     the message is one line
   */
  public String render(
      List<ChatMessage> messages,
      List<? extends Map<String, ? extends @Nullable Object>> tools,
      boolean addGenerationPrompt,
      Map<String, ? extends @Nullable Object> extra) {
    Map<String, @Nullable Object> variables = new HashMap<>(extra);
    variables.put("messages", messages.stream().map(ChatMessage::fields).toList());
    variables.put("tools", tools.isEmpty() ? null : tools);
    variables.put("documents", null);
    variables.put("add_generation_prompt", addGenerationPrompt);
    variables.put("bos_token", bosToken);
    variables.put("eos_token", eosToken);
    return template.render(variables, clock);
  }

  private static String spelling(Tokenizer tokenizer, int token) {
    return token < 0 ? "" : tokenizer.piece(token);
  }
}
