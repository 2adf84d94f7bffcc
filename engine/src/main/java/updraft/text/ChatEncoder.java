package updraft.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Conversations to token ids, for one model. The template's control tokens become tokens; the same
 * spellings in what users, tools and assistants said stay text, so that nobody can forge a turn.
 * Immutable and thread-safe.
 */
public final class ChatEncoder {
  /** Stands inside each spelling of a control token that is not the template's. No character. */
  private static final String MARK = "\uFDD0";

  private final ChatTemplate template;
  private final Tokenizer tokenizer;

  /** Finds the first character of each spelling of a control token; null when there are none. */
  private final @Nullable Pattern controls;

  private ChatEncoder(ChatTemplate template, Tokenizer tokenizer, @Nullable Pattern controls) {
    this.template = template;
    this.tokenizer = tokenizer;
    this.controls = controls;
  }

  public static ChatEncoder of(ChatTemplate template, Tokenizer tokenizer) {
    List<String> spellings =
        IntStream.range(0, tokenizer.vocabularySize())
            .filter(tokenizer::isControl)
            .mapToObj(tokenizer::piece)
            .filter(spelling -> spelling.length() > 1)
            .toList();
    return new ChatEncoder(template, tokenizer, spellings.isEmpty() ? null : anyOf(spellings));
  }

  /** Looks at the first character before it tries hundreds of spellings that begin with it. */
  private static Pattern anyOf(List<String> spellings) {
    String firsts =
        spellings.stream()
            .map(spelling -> Pattern.quote(spelling.substring(0, 1)))
            .distinct()
            .collect(Collectors.joining("|"));
    String all = spellings.stream().map(Pattern::quote).collect(Collectors.joining("|"));
    return Pattern.compile("(?=" + firsts + ")(?=" + all + ").", Pattern.DOTALL);
  }

  /**
   * The token ids of {@link ChatTemplate#render}'s prompt, after the beginning-of-sequence token if
   * the model wants one and the template did not write it.
   *
   * @throws updraft.text.jinja.TemplateException if the template refuses the conversation or fails
   */
  public int[] encode(
      List<ChatMessage> messages,
      List<? extends Map<String, ? extends @Nullable Object>> tools,
      boolean addGenerationPrompt,
      Map<String, ? extends @Nullable Object> extra) {
    if (controls == null) {
      return tokenizer.encodePrompt(
          template.render(messages, tools, addGenerationPrompt, extra), true);
    }
    List<ChatMessage> markedMessages =
        messages.stream()
            .map(message -> ChatMessage.of(markAll(message.fields(), controls)))
            .toList();
    List<Map<String, @Nullable Object>> markedTools =
        tools.stream().map(tool -> markAll(tool, controls)).toList();
    String prompt =
        template.render(markedMessages, markedTools, addGenerationPrompt, markAll(extra, controls));
    String[] parts = prompt.split(MARK, -1);
    int[] first = tokenizer.encodePrompt(parts[0], true);
    return IntStream.concat(
            Arrays.stream(first),
            Arrays.stream(parts)
                .skip(1)
                .flatMapToInt(part -> Arrays.stream(tokenizer.encode(part, true))))
        .toArray();
  }

  private static Map<String, @Nullable Object> markAll(
      Map<?, ? extends @Nullable Object> fields, Pattern controls) {
    Map<String, @Nullable Object> marked = new LinkedHashMap<>();
    fields.forEach(
        (name, value) -> marked.put(mark(String.valueOf(name), controls), mark(value, controls)));
    return marked;
  }

  private static @Nullable Object mark(@Nullable Object value, Pattern controls) {
    return switch (value) {
      case String text -> mark(text, controls);
      case Map<?, ?> map -> markAll(map, controls);
      case List<?> list -> {
        List<@Nullable Object> marked = new ArrayList<>();
        list.forEach(item -> marked.add(mark(item, controls)));
        yield marked;
      }
      case null, default -> value;
    };
  }

  /** With the mark inside each spelling, no part of the prompt between marks has it whole. */
  private static String mark(String text, Pattern controls) {
    return controls.matcher(text.replace(MARK, "\uFFFD")).replaceAll("$0" + MARK);
  }
}
