package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PreTokenizerTest {
  private static final String GPT =
      "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  private static final String LLAMA =
      "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+"
          + "|\\p{N}{1,%d}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @Test
  void cutsLikeGpt2sExpression() {
    assertSameAs(pattern(GPT), new GptSplit(false));
  }

  @Test
  void cutsLikeLlama3sExpression() {
    assertSameAs(pattern(LLAMA.formatted(3)), new LlamaSplit(3));
  }

  @Test
  void cutsLikeQwen2sExpression() {
    assertSameAs(pattern(LLAMA.formatted(1)), new LlamaSplit(1));
  }

  @Test
  void smolLmCutsDigitsFirstAndThenLikeGpt2() {
    Pattern gpt = pattern(GPT);
    Pattern runs = pattern("\\p{N}|\\P{N}+");
    Random random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      String text = RandomText.of(random);
      List<String> expected = new ArrayList<>();
      for (String run : words(runs, text)) {
        expected.addAll(words(gpt, run));
      }
      assertThat(words(new GptSplit(true), text)).isEqualTo(expected);
    }
  }

  @Test
  void keepsOneBlankForTheNextWord() {
    assertThat(words(new GptSplit(false), "a   b  ")).containsExactly("a", "  ", " b", "  ");
    assertThat(words(new GptSplit(true), "a   1 2")).containsExactly("a", "   ", "1", " ", "2");
    assertThat(words(new LlamaSplit(3), "a   12345\n\n b"))
        .containsExactly("a", "  ", " ", "123", "45", "\n\n", " b");
  }

  @Test
  void contractionsAreCaseSensitiveInGpt2Alone() {
    assertThat(words(new GptSplit(false), "I'LL")).containsExactly("I", "'", "LL");
    assertThat(words(new LlamaSplit(3), "I'LL")).containsExactly("I", "'LL");
  }

  private static void assertSameAs(Pattern expression, PreTokenizer split) {
    Random random = new Random(11);
    for (int i = 0; i < 5_000; i++) {
      String text = RandomText.of(random);
      assertThat(words(split, text)).isEqualTo(words(expression, text));
    }
  }

  private static Pattern pattern(String expression) {
    return Pattern.compile(expression, Pattern.UNICODE_CHARACTER_CLASS);
  }

  private static List<String> words(Pattern expression, String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = expression.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  private static List<String> words(PreTokenizer split, String text) {
    List<String> words = new ArrayList<>();
    for (int at = 0; at < text.length(); ) {
      int next = split.next(text, at, text.length());
      words.add(text.substring(at, next));
      at = next;
    }
    return words;
  }
}
