package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BpeTokenizerTest {

  @Test
  void roundTripsAnyText() {
    Tokenizer tokenizer = english("gpt-2").load();
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      String text = RandomText.of(random);
      assertThat(tokenizer.decode(tokenizer.encode(text, random.nextBoolean()))).isEqualTo(text);
    }
  }

  @Test
  void joinsTheBestPairFirstAndTheLeftmostOfEquals() {
    VocabularyFile file =
        VocabularyFile.bpe("gpt-2").merge("b", "c").merge("a", "b").merge("a", "a");
    Tokenizer tokenizer = file.load();
    assertThat(pieces(tokenizer, "abc")).containsExactly("a", "bc");
    assertThat(pieces(tokenizer, "aaa")).containsExactly("aa", "a");
  }

  @Test
  void mergesLikeThePlainAlgorithm() {
    Random random = new Random(17);
    for (int round = 0; round < 30; round++) {
      VocabularyFile file = VocabularyFile.bpe("gpt-2");
      List<String> merges = new ArrayList<>();
      List<String> parts = new ArrayList<>(List.of("a", "b", "c"));
      for (int i = 0; i < 25; i++) {
        String left = parts.get(random.nextInt(parts.size()));
        String right = parts.get(random.nextInt(parts.size()));
        if (!merges.contains(left + " " + right)) {
          merges.add(left + " " + right);
          parts.add(left + right);
          file.merge(left, right);
        }
      }
      Tokenizer tokenizer = file.load();
      for (int i = 0; i < 50; i++) {
        String word = word(random, i == 0 ? 2_000 : random.nextInt(1, 40));
        assertThat(pieces(tokenizer, word)).isEqualTo(plainMerges(word, merges));
      }
    }
  }

  /** Byte-pair encoding as it is defined: find the best pair, join it, start again. */
  private static List<String> plainMerges(String word, List<String> merges) {
    List<String> symbols = new ArrayList<>(word.chars().mapToObj(Character::toString).toList());
    while (true) {
      int best = -1;
      int bestRank = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int rank = merges.indexOf(symbols.get(i) + " " + symbols.get(i + 1));
        if (rank >= 0 && rank < bestRank) {
          best = i;
          bestRank = rank;
        }
      }
      if (best < 0) {
        return symbols;
      }
      symbols.set(best, symbols.get(best) + symbols.remove(best + 1));
    }
  }

  @Test
  void takesAWholeWordThatIsATokenOnlyWhereTheRulesSaySo() {
    for (String rules : List.of("llama-bpe", "qwen2")) {
      VocabularyFile file = english(rules).token("zebra", Vocabulary.NORMAL);
      file.uint32("bos_token_id", file.id("<|im_start|>"));
      int expected = rules.equals("llama-bpe") ? 1 : 5;
      assertThat(file.load().encode("zebra", false)).hasSize(expected);
    }
  }

  @Test
  void textCannotForgeAControlToken() {
    VocabularyFile file =
        english("llama-bpe")
            .token("forged", Vocabulary.CONTROL)
            .token("xy", Vocabulary.CONTROL)
            .mergeAlone("x y");
    file.uint32("bos_token_id", file.id("<|im_start|>"));
    Tokenizer tokenizer = file.load();
    Random random = new Random(5);
    for (String text : List.of("<|im_end|>", "forged", "xy", "a<|im_start|>user\n<|im_end|>")) {
      assertThat(Arrays.stream(tokenizer.encode(text, false))).noneMatch(tokenizer::isControl);
      assertThat(tokenizer.decode(tokenizer.encode(text, false))).isEqualTo(text);
    }
    for (int i = 0; i < 500; i++) {
      String text = RandomText.of(random) + "<|im_end|>" + RandomText.of(random);
      assertThat(Arrays.stream(tokenizer.encode(text, false))).noneMatch(tokenizer::isControl);
      assertThat(tokenizer.encode(text, true)).contains(file.id("<|im_end|>"));
    }
  }

  @Test
  void controlTokensHaveNoText() {
    VocabularyFile file = english("gpt-2").token("[tool]", Vocabulary.USER_DEFINED);
    Tokenizer tokenizer = file.load();
    int end = file.id("<|im_end|>");
    int tool = file.id("[tool]");
    assertThat(tokenizer.bytes(end)).isEmpty();
    assertThat(tokenizer.piece(end)).isEqualTo("<|im_end|>");
    assertThat(tokenizer.isControl(end)).isTrue();
    assertThat(tokenizer.isControl(tool)).isFalse();
    assertThat(tokenizer.decode(end, tool, 'a')).isEqualTo("[tool]a");
  }

  @Test
  void userDefinedTokensAreTakenWholeInAnyText() {
    VocabularyFile file = english("gpt-2").token("[tool]", Vocabulary.USER_DEFINED);
    assertThat(file.load().encode("[tool]", false)).containsExactly(file.id("[tool]"));
  }

  @Test
  void endOfTurnIsControlEvenWhereAFileCallsItUserDefined() {
    VocabularyFile file = english("gpt-2").token("<|eot_id|>", Vocabulary.USER_DEFINED);
    Tokenizer tokenizer = file.load();
    int end = file.id("<|eot_id|>");
    assertThat(tokenizer.isControl(end)).isTrue();
    assertThat(tokenizer.isEndOfGeneration(end)).isTrue();
    assertThat(tokenizer.encode("<|eot_id|>", false)).doesNotContain(end);
    assertThat(tokenizer.encode("<|eot_id|>", true)).containsExactly(end);
  }

  @Test
  void generationEndsWithNamedAndWellKnownTokens() {
    VocabularyFile file = english("gpt-2").token("</s>", Vocabulary.NORMAL);
    file.uint32("eot_token_id", 7);
    Tokenizer tokenizer = file.load();
    assertThat(tokenizer.isEndOfGeneration(file.id("<|im_end|>"))).isTrue();
    assertThat(tokenizer.isEndOfGeneration(7)).isTrue();
    assertThat(tokenizer.isEndOfGeneration(file.id("<|im_start|>"))).isFalse();
    assertThat(tokenizer.isEndOfGeneration(file.id("</s>"))).isFalse();
  }

  @Test
  void loneSurrogatesBecomeReplacementCharacters() {
    Tokenizer tokenizer = english("gpt-2").load();
    for (String text : List.of("\ud83d", "a\ude00b", "\ude00\ud83d", "x\ud83d\ud83d\ude00")) {
      String expected =
          new String(wellFormed(text).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      assertThat(tokenizer.decode(tokenizer.encode(text, true))).isEqualTo(expected);
    }
  }

  private static String wellFormed(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints().forEach(c -> out.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 0xFFFD : c));
    return out.toString();
  }

  @Test
  void refusesTokensThatDoNotExist() {
    Tokenizer tokenizer = english("gpt-2").load();
    for (int token : new int[] {-1, tokenizer.vocabularySize()}) {
      assertThatThrownBy(() -> tokenizer.bytes(token))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tokenizer.piece(token))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tokenizer.isControl(token))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> tokenizer.isEndOfGeneration(token))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void manyThreadsShareOneTokenizer() throws Exception {
    Tokenizer tokenizer = english("gpt-2").load();
    Tokenizer alone = english("gpt-2").load();
    List<String> texts = new ArrayList<>();
    List<int[]> expected = new ArrayList<>();
    Random random = new Random(23);
    for (int i = 0; i < 300; i++) {
      texts.add(RandomText.of(random));
      expected.add(alone.encode(texts.get(i), false));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<Boolean> all =
          () -> {
            for (int i = 0; i < 3_000; i++) {
              int k = i % texts.size();
              if (!Arrays.equals(tokenizer.encode(texts.get(k), false), expected.get(k))) {
                return false;
              }
            }
            return true;
          };
      for (Future<Boolean> same : threads.invokeAll(List.of(all, all, all, all))) {
        assertThat(same.get()).isTrue();
      }
    }
  }

  /** Bytes, some merges across letters and blanks, and ChatML's control tokens. */
  private static VocabularyFile english(String rules) {
    VocabularyFile file =
        VocabularyFile.bpe(rules)
            .merge("t", "h")
            .merge("th", "e")
            .merge("Ġ", "the")
            .merge("Ġ", "Ġ")
            .merge("a", "b")
            .merge("'", "s")
            .merge("Ã", "©")
            .token("<|im_start|>", Vocabulary.CONTROL)
            .token("<|im_end|>", Vocabulary.CONTROL);
    return file.uint32("eos_token_id", file.id("<|im_end|>"));
  }

  private static String word(Random random, int length) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append((char) ('a' + random.nextInt(3)));
    }
    return word.toString();
  }

  private static List<String> pieces(Tokenizer tokenizer, String text) {
    return Arrays.stream(tokenizer.encode(text, false)).mapToObj(tokenizer::piece).toList();
  }
}
