package updraft.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SentencePieceTokenizerTest {

  @Test
  void joinsTheBestScoreFirst() {
    Tokenizer tokenizer = abc().token("ab", 1, -2).token("bc", 1, -1).token("abc", 1, -9).load();
    assertThat(pieces(tokenizer, "abc")).containsExactly("▁", "abc");
    assertThat(pieces(tokenizer, "abb")).containsExactly("▁", "ab", "b");
    assertThat(pieces(tokenizer, "aab")).containsExactly("▁", "a", "ab");
  }

  @Test
  void joinsTheLeftmostOfEqualScores() {
    Tokenizer tokenizer = abc().token("ab", 1, -1).token("ba", 1, -1).load();
    assertThat(pieces(tokenizer, "aba")).containsExactly("▁", "ab", "a");
    assertThat(pieces(tokenizer, "bab")).containsExactly("▁", "ba", "b");
  }

  @Test
  void fallsBackToBytes() {
    Tokenizer tokenizer = withBytes(abc()).load();
    assertThat(pieces(tokenizer, "aé")).containsExactly("▁", "a", "<0xC3>", "<0xA9>");
    assertThat(tokenizer.decode(tokenizer.encode("aé\n😀", false))).isEqualTo(" aé\n😀");
  }

  @Test
  void givesOneUnknownTokenForACharacterWithoutBytes() {
    assertThat(pieces(abc().load(), "a😀b")).containsExactly("▁", "a", "<unk>", "b");
  }

  @Test
  void addsASpaceInFrontOfTextAndAfterSpecialTokensWhereTheVocabularyWantsIt() {
    Tokenizer adding = abc().load();
    assertThat(pieces(adding, "a</s>b")).containsExactly("▁", "a", "</s>", "▁", "b");
    Tokenizer plain = abc().with(o -> o.bool("tokenizer.ggml.add_space_prefix", false)).load();
    assertThat(pieces(plain, "a</s>b")).containsExactly("a", "</s>", "b");
    assertThat(adding.encode("", false)).isEmpty();
  }

  @Test
  void roundTripsAnyTextButForTheEscapedSpace() {
    Tokenizer tokenizer =
        withBytes(abc()).with(o -> o.bool("tokenizer.ggml.add_space_prefix", false)).load();
    Random random = new Random(9);
    for (int i = 0; i < 5_000; i++) {
      String text = RandomText.of(random);
      assertThat(tokenizer.decode(tokenizer.encode(text, random.nextBoolean())))
          .isEqualTo(text.replace('▁', ' '));
    }
  }

  @Test
  void textCannotForgeAControlOrByteToken() {
    VocabularyFile file = withBytes(abc());
    for (String piece :
        List.of("<", "s", ">", "/", "<s", "</", "s>", "0", "x", "1", "<0", "<0x", "<0x1", "0>")) {
      file.token(piece, Vocabulary.NORMAL, -1);
    }
    Tokenizer tokenizer = file.load();
    assertThat(pieces(tokenizer, "<s></s><0x10>", false))
        .doesNotContain("<s>", "</s>", "<0x10>")
        .contains("<s", "</", "<0x1");
    assertThat(pieces(tokenizer, "<s>")).containsExactly("<s>");
  }

  @Test
  void defaultsAreThoseOfLlama() {
    Tokenizer tokenizer = abc().load();
    assertThat(tokenizer.bosToken()).isEqualTo(1);
    assertThat(tokenizer.eosToken()).isEqualTo(2);
    assertThat(tokenizer.addsBos()).isTrue();
    assertThat(tokenizer.isEndOfGeneration(2)).isTrue();
  }

  private static VocabularyFile abc() {
    VocabularyFile file = VocabularyFile.sentencePiece();
    for (String piece : List.of("▁", "a", "b", "c")) {
      file.token(piece, Vocabulary.NORMAL, -100);
    }
    return file;
  }

  private static VocabularyFile withBytes(VocabularyFile file) {
    for (int b = 0; b < 256; b++) {
      file.token(String.format("<0x%02X>", b), Vocabulary.BYTE);
    }
    return file;
  }

  private static List<String> pieces(Tokenizer tokenizer, String text) {
    return pieces(tokenizer, text, true);
  }

  private static List<String> pieces(Tokenizer tokenizer, String text, boolean special) {
    return Arrays.stream(tokenizer.encode(text, special)).mapToObj(tokenizer::piece).toList();
  }
}
