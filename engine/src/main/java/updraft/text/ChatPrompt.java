package updraft.text;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Conversations to token ids such that the template alone makes control tokens: whoever writes
 * {@code <|im_end|>} into a message gets those characters, not the end of the turn. Immutable and
 * thread-safe.
 *
 * <p>Before rendering, a guard is put into every spelling of a control token inside the messages;
 * afterwards what still spells one came from the template. The guards are taken out before the text
 * between control tokens is encoded, so they leave no trace.
 */
public final class ChatPrompt {
  /**
   * A noncharacter of Unicode, which no text for interchange holds; one in a message is dropped.
   */
  private static final String GUARD = "\uFDD0";

  private final ChatTemplate template;
  private final Tokenizer tokenizer;
  private final Map<String, Integer> controls;
  private final Pattern spellings;

  public ChatPrompt(ChatTemplate template, Tokenizer tokenizer) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.controls =
        IntStream.range(0, tokenizer.vocabularySize())
            .filter(token -> tokenizer.isControl(token) && !tokenizer.piece(token).isEmpty())
            .boxed()
            .collect(Collectors.toMap(tokenizer::piece, token -> token, (first, same) -> first));
    this.spellings = anyOf(controls.keySet());
  }

  /** The first characters come first: at most places they alone say that nothing matches. */
  private static Pattern anyOf(Set<String> spellings) {
    if (spellings.isEmpty()) {
      return Pattern.compile("(?!)"); // matches nowhere
    }
    String first =
        spellings.stream()
            .map(spelling -> Pattern.quote(Character.toString(spelling.codePointAt(0))))
            .distinct()
            .collect(Collectors.joining("|"));
    String all =
        spellings.stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .map(Pattern::quote)
            .collect(Collectors.joining("|"));
    return Pattern.compile("(?=" + first + ")(?:" + all + ")");
  }

  /** Token ids of a conversation, up to where the assistant's answer begins. */
  public int[] encode(List<ChatMessage> messages) {
    return encode(messages, List.of(), true, Map.of());
  }

  /**
   * Token ids of what {@link ChatTemplate#render} makes of the same arguments, with the
   * beginning-of-sequence token if the model wants one.
   *
   * @throws updraft.text.jinja.TemplateException if the template refuses the conversation or fails
   */
  public int[] encode(
      List<ChatMessage> messages,
      List<Map<String, Object>> tools,
      boolean addGenerationPrompt,
      Map<String, ? extends @Nullable Object> extra) {
    String text =
        template.render(
            messages.stream().map(message -> new ChatMessage(guarded(message.fields()))).toList(),
            tools.stream().map(this::guarded).toList(),
            addGenerationPrompt,
            guarded(extra));
    TokenList tokens = new TokenList();
    Matcher matcher = spellings.matcher(text);
    int from = 0;
    while (matcher.find()) {
      encodeText(text.substring(from, matcher.start()), tokens);
      tokens.add(requireNonNull(controls.get(matcher.group())));
      from = matcher.end();
    }
    encodeText(text.substring(from), tokens);
    return tokenizer.withBos(tokens.toArray());
  }

  private void encodeText(String text, TokenList tokens) {
    for (int token : tokenizer.encode(text.replace(GUARD, ""), false)) {
      tokens.add(token);
    }
  }

  private Map<String, Object> guarded(Map<?, ?> fields) {
    Map<String, @Nullable Object> guarded = new LinkedHashMap<>();
    fields.forEach((name, value) -> guarded.put(guard((String) name), guardedValue(value)));
    return guarded;
  }

  /** A value of the same kind. */
  private @Nullable Object guardedValue(@Nullable Object value) {
    return switch (value) {
      case String text -> guard(text);
      case List<?> list -> {
        List<@Nullable Object> items = new ArrayList<>(list.size());
        list.forEach(item -> items.add(guardedValue(item)));
        yield items;
      }
      case Map<?, ?> map -> guarded(map);
      case null, default -> value;
    };
  }

  /** One inside each spelling, after its first character. */
  private String guard(String text) {
    return spellings
        .matcher(text.replace(GUARD, ""))
        .replaceAll(
            match -> {
              int first = Character.charCount(match.group().codePointAt(0));
              String split =
                  match.group().substring(0, first) + GUARD + match.group().substring(first);
              return Matcher.quoteReplacement(split);
            });
  }
}
